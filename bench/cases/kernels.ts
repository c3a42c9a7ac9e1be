import type { NetworkKernel } from 'neural-tangents';
import { type Dtype, estimate, gram, gramVjp, type NdArray, ridgeVisit } from 'neural-tangents';
import { type Case, images, type Run, type Sizes, sizesFor, type Variant, vectors } from '../lib/case.js';
import { coefficients, filled, labels, samples } from '../lib/inputs.js';
import { checkNative, NATIVE } from '../lib/native.js';
import { convNet, deepConv, fullyConnected, myrtle5 } from '../lib/nets.js';

/** Both covariances, their gradients in both sides, or a ridge regression's loss and gradient in one side. */
type Job = 'values' | 'both gradients' | 'ridge gradient';

const classes = 10;

const small = images(2, 9, 8);
const sizes = {
  conv: sizesFor(small, images(16, 64), images(64, 64), images(4, 4)),
  pooled: sizesFor(small, images(4, 16), images(16, 64), images(2, 4)),
  deepPooled: sizesFor(images(1, 3, 4), images(2, 8), images(4, 16), images(1, 2)),
  deep: sizesFor(small, images(64, 64)),
  dense: sizesFor(vectors(17, 30), vectors(1000, 3072)),
};

function variant(
  kernel: NetworkKernel,
  job: Job,
  per: Case['per'],
  dtype: Dtype,
  threads: number,
  native: boolean,
): Variant {
  const name = engineVariant(dtype, threads, native);
  const against = native ? engineVariant(dtype, threads) : threads > 1 ? engineVariant(dtype, 1) : undefined;
  return {
    ...{ name, against },
    prepare: async (sizes) => {
      checkNative(name);
      const entries = per === 'entry' ? sizes.n1 * sizes.n2 : 1;
      return { ...prepared(kernel, sizes, job, { dtype, threads }), entries };
    },
  };
}

/** The name of a variant that runs on the engine. */
export const engineVariant = (dtype: Dtype, threads: number, native = false): string =>
  `${dtype === 'float32' ? 'f32' : 'f64'}, ${threads} thread${threads > 1 ? 's' : ''}${native ? NATIVE : ''}`;

function prepared(
  kernel: NetworkKernel,
  { n1, n2, shape }: Sizes,
  job: Job,
  { dtype, threads }: { dtype: Dtype; threads: number },
): Omit<Run, 'entries'> {
  const [x1, x2] = [samples(0, n1, shape), samples(1, n2, shape)];
  const size = shape.reduce((a, b) => a * b, 1);
  const progress = watch(n1 * n2);
  const options = { dtype, threads, onProgress: progress.onProgress };
  const predict = (gradient: 'none' | 'x1' | 'both') => () =>
    estimate(kernel, shape, n1, n2, { get: ['nngp', 'ntk'], dtype, threads, gradient });
  if (job === 'values') {
    return {
      once: async () => {
        const { nngp, ntk } = await gram(kernel, x1, x2, { get: ['nngp', 'ntk'], ...options });
        progress.check();
        return () => [...nngp.to1DArray(), ...ntk.to1DArray()];
      },
      count: 2 * n1 * n2,
      resultBytes: 2 * 8 * n1 * n2,
      predict: predict('none'),
    };
  }
  if (job === 'both gradients') {
    const ones = filled(n1, n2, () => 1);
    return {
      once: async () => {
        const gradients = await gramVjp(kernel, x1, x2, { ntk: ones }, options);
        progress.check();
        return () => joined(gradients.x1, gradients.x2!);
      },
      count: size * (n1 + n2),
      resultBytes: 8 * size * (n1 + n2),
      predict: predict('both'),
    };
  }
  const [alpha, y] = [coefficients(n1, classes), labels(n2, classes)];
  return {
    once: async () => {
      const visit = await ridgeVisit(kernel, x1, x2, alpha, y, { get: 'ntk', gradient: true, ...options });
      progress.check();
      return () => visit.supportGradient!.data;
    },
    count: size * n1,
    resultBytes: 8 * size * n1,
    predict: predict('x1'),
  };
}

function joined(a: NdArray<Float64Array>, b: NdArray<Float64Array>): Float64Array {
  const both = new Float64Array(a.data.length + b.data.length);
  both.set(a.data);
  both.set(b.data, a.data.length);
  return both;
}

/** Checks that every pair was reported as done, once. */
function watch(pairs: number) {
  let [done, total] = [0, 0];
  return {
    onProgress: (now: number, all: number) => {
      [done, total] = [now, all];
    },
    check: () => {
      if (done !== pairs || total !== pairs)
        throw new Error(`bench: ${done} of ${total} pairs done, expected ${pairs}`);
    },
  };
}

function kernelCase(
  name: string,
  title: string,
  kernel: NetworkKernel,
  sizes: Case['sizes'],
  job: Job = 'values',
  per: Case['per'] = 'entry',
): Case {
  const variants = (['float32', 'float64'] as const).flatMap((dtype) =>
    [1, 2].flatMap((threads) =>
      [false, true].map((native) => variant(kernel, job, per, dtype, threads, native)),
    ),
  );
  return { name, title, per, sizes, reference: engineVariant('float64', 1), variants };
}

const ridge = 'ridge gradient';
const both = 'both gradients';
const { conv, pooled, deepPooled, deep } = sizes;

/** The networks of docs/performance.md, each in both precisions on 1 and 2 threads. */
export const kernelCases: readonly Case[] = [
  kernelCase('convnet', 'ConvNet, Flatten', convNet(), conv),
  kernelCase('convnet-gradient', 'ConvNet, loss and gradient in one side', convNet(), conv, ridge),
  kernelCase('myrtle5', 'Myrtle-5, global pooling', myrtle5(), pooled),
  kernelCase('conv21-pool', '21×(conv 3×3, ReLU), global pooling', deepConv(21, 'pool'), deepPooled),
  kernelCase('conv21-flatten', '21×(conv 3×3, ReLU), Flatten', deepConv(21, 'flatten'), deep),
  kernelCase('fc1', 'FC1', fullyConnected(1), sizes.dense, 'values', 'run'),
  kernelCase('fc3', 'FC3', fullyConnected(3), sizes.dense, 'values', 'run'),
  kernelCase('fc1-gradient', 'FC1, gradient in both sides', fullyConnected(1), sizes.dense, both, 'run'),
  kernelCase('fc3-gradient', 'FC3, gradient in both sides', fullyConnected(3), sizes.dense, both, 'run'),
];
