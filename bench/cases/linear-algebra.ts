import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { type Dtype, gram, solvePositiveDefinite } from 'neural-tangents';
import { type Case, optional, type Sizes, sizesFor, type Variant, vectors } from '../lib/case.js';
import { filled, samples } from '../lib/inputs.js';
import { checkNative, NATIVE } from '../lib/native.js';
import { linear } from '../lib/nets.js';

const rightSides = 10;

/** K + n·I of random samples, and right sides. */
function system({ n1: n, shape }: Sizes): { a: Matrix; b: Matrix } {
  const x = Matrix.from1DArray(n, shape[0], samples(0, n, shape).data);
  const a = x.mmul(x.transpose());
  for (let i = 0; i < n; i++) a.set(i, i, a.get(i, i) + n);
  return { a, b: filled(n, rightSides, Math.sin) };
}

function solver(
  name: string,
  solve: (a: Matrix, b: Matrix) => Matrix | Promise<Matrix>,
  against?: string,
): Variant {
  return {
    name,
    against,
    prepare: async (sizes) => {
      checkNative(name);
      const { a, b } = system(sizes);
      const n = sizes.n1;
      return {
        once: async () => {
          const x = await solve(a, b);
          return () => x.to1DArray();
        },
        count: n * rightSides,
        entries: 1,
        resultBytes: 8 * n * rightSides,
        flops: n ** 3 / 3 + 2 * n * n * rightSides,
      };
    },
  };
}

const mlMatrix = 'ml-matrix, f64';

/** Factorisation and solve, ours with its residual and estimate of the condition number. */
export const choleskyCase: Case = {
  name: 'cholesky',
  title: `f64 Cholesky and solve, ${rightSides} right sides`,
  per: 'run',
  sizes: sizesFor(vectors(40, 10), vectors(1000, 100), vectors(2000, 100)),
  reference: mlMatrix,
  variants: [
    solver(mlMatrix, (a, b) => new CholeskyDecomposition(a).solve(b)),
    ...['engine, f64, 1 thread', `engine, f64, 1 thread${NATIVE}`].map((name) =>
      solver(name, async (a, b) => (await solvePositiveDefinite(a, b)).x, mlMatrix),
    ),
  ],
};

/** A matrix product X1·X2ᵀ / channels, by `multiply` of the row-major matrices. */
function product(
  name: string,
  against: string | undefined,
  load: (sizes: Sizes) => Promise<() => Promise<() => ArrayLike<number>>>,
): Variant {
  return {
    name,
    against,
    prepare: async (sizes) => {
      const { n1, n2, shape } = sizes;
      checkNative(name);
      const once = await load(sizes);
      return { once, count: n1 * n2, entries: 1, resultBytes: 8 * n1 * n2, flops: 2 * n1 * n2 * shape[0] };
    },
  };
}

const sides = ({ n1, n2, shape }: Sizes) => [samples(0, n1, shape), samples(1, n2, shape)] as const;

const byEngine = (dtype: Dtype, threads: number) => async (sizes: Sizes) => {
  const [x1, x2] = sides(sizes);
  const kernel = linear();
  return async () => {
    const k = await gram(kernel, x1, x2, { get: 'nngp', dtype, threads });
    return () => k.to1DArray();
  };
};

async function byMlMatrix(sizes: Sizes) {
  const { n1, n2, shape } = sizes;
  const [a, b] = sides(sizes);
  const x1 = Matrix.from1DArray(n1, shape[0], a.data);
  const x2 = Matrix.from1DArray(n2, shape[0], b.data);
  return async () => {
    const k = x1.mmul(x2.transpose()).mul(1 / shape[0]);
    return () => k.to1DArray();
  };
}

async function byTfjsWasm(sizes: Sizes) {
  await optional('@tensorflow/tfjs-backend-wasm', () => import('@tensorflow/tfjs-backend-wasm'));
  const tf = await import('@tensorflow/tfjs');
  await tf.setBackend('wasm');
  await tf.ready();
  const { n1, n2, shape } = sizes;
  const [a, b] = sides(sizes);
  const x1 = tf.tensor2d(a.data, [n1, shape[0]]);
  // Turned beforehand: its products with a transposed matrix take a path that is twenty times slower.
  const x2 = tf.tidy(() => tf.tensor2d(b.data, [n2, shape[0]]).transpose());
  return async () => {
    const k = tf.tidy(() => tf.matMul(x1, x2).div(shape[0]));
    const data = await k.data();
    k.dispose();
    return () => data;
  };
}

async function byJaxJs(sizes: Sizes) {
  const jax = await optional('@jax-js/jax', () => import('@jax-js/jax'));
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy } = jax;
  const { n1, n2, shape } = sizes;
  const [a, b] = sides(sizes);
  const x1 = numpy.array(a.data).reshape([n1, shape[0]]);
  const x2 = numpy.array(b.data).reshape([n2, shape[0]]).transpose();
  return async () => {
    const k = await numpy
      .matmul(x1.ref, x2.ref)
      .mul(1 / shape[0])
      .data();
    return () => k as Float32Array;
  };
}

const tfjsWasm = 'tfjs wasm, f32';

/** Matrix products, ours as the kernel of a linear network, with what that copies and checks. */
export const productCase: Case = {
  name: 'matrix-product',
  title: 'Matrix product',
  per: 'run',
  sizes: sizesFor(vectors(40, 10), vectors(1024, 1024)),
  reference: mlMatrix,
  variants: [
    product(mlMatrix, undefined, byMlMatrix),
    product('engine, f64, 1 thread', mlMatrix, byEngine('float64', 1)),
    product(`engine, f64, 1 thread${NATIVE}`, mlMatrix, byEngine('float64', 1)),
    product(tfjsWasm, undefined, byTfjsWasm),
    product('jax-js wasm, f32', tfjsWasm, byJaxJs),
    product('engine, f32, 1 thread', tfjsWasm, byEngine('float32', 1)),
    product('engine, f32, 2 threads', tfjsWasm, byEngine('float32', 2)),
  ],
};
