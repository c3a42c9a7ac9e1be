import * as tf from '@tensorflow/tfjs';
import { type ExecutorName, gram } from 'neural-tangents';
import { type Case, images, optional, sizesFor, type Variant } from '../lib/case.js';
import { samples } from '../lib/inputs.js';
import { convNet } from '../lib/nets.js';

const kernel = convNet(2);

/** `kernel` on tensors, on the calling thread. */
const onTensors = (
  name: string,
  executor: ExecutorName,
  backend: 'cpu' | 'wasm',
  against?: string,
): Variant => ({
  name,
  against,
  prepare: async ({ n1, n2, shape }) => {
    if (backend === 'wasm')
      await optional('@tensorflow/tfjs-backend-wasm', () => import('@tensorflow/tfjs-backend-wasm'));
    await tf.setBackend(backend);
    await tf.ready();
    const [x1, x2] = ([0, 1] as const).map((side) =>
      tf.tensor4d(samples(side, side === 0 ? n1 : n2, shape).data, [
        side === 0 ? n1 : n2,
        ...(shape as [number, number, number]),
      ]),
    );
    return {
      once: async () => {
        const k = kernel(x1, x2, 'ntk', { executor });
        const data = await k.data();
        k.dispose();
        return () => data;
      },
      count: n1 * n2,
      entries: n1 * n2,
      resultBytes: 4 * n1 * n2,
    };
  },
});

const inFloat64: Variant = {
  name: 'gram, f64, 1 thread',
  prepare: async ({ n1, n2, shape }) => {
    const [x1, x2] = [samples(0, n1, shape), samples(1, n2, shape)];
    return {
      once: async () => {
        const k = await gram(kernel, x1, x2, { get: 'ntk', threads: 1 });
        return () => k.to1DArray();
      },
      count: n1 * n2,
      entries: n1 * n2,
      resultBytes: 8 * n1 * n2,
    };
  },
};

const onCpu = 'tf executor, tfjs cpu';

/** The library's two executors: tfjs's own ops against the engine. */
export const executorsCase: Case = {
  name: 'executors',
  title: 'ConvNet with 2 pools, 8×8×3 images, on tensors',
  per: 'entry',
  sizes: sizesFor(images(1, 2, 4), images(2, 8, 8)),
  reference: inFloat64.name,
  variants: [
    inFloat64,
    onTensors(onCpu, 'tf', 'cpu'),
    onTensors('tf executor, tfjs wasm', 'tf', 'wasm', onCpu),
    onTensors('engine executor', 'engine', 'cpu', onCpu),
  ],
};
