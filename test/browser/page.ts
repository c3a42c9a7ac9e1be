// Runs in a page: what the library computes there, for the test to compare with Node's numbers.

import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { gram, gramVjp, type NdArray, stax } from 'neural-tangents';
import { network, samples } from './case.js';

async function compute() {
  const { kernel } = network(stax);
  const [x1, x2] = samples() as [NdArray, NdArray];
  const k = await gram(kernel, x1, x2, { get: 'ntk', threads: 2 });
  const g = await gramVjp(kernel, x1, x2, { ntk: Matrix.ones(x1.shape[0], x2.shape[0]) }, { threads: 2 });
  await tf.setBackend('webgl');
  const [t1, t2] = [x1, x2].map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape]));
  const webgl = kernel(t1, t2, 'ntk');
  return {
    workers: typeof Worker !== 'undefined',
    isolated: globalThis.crossOriginIsolated,
    gram: k.to1DArray(),
    gradient: [...g.x1.data],
    backend: tf.getBackend(),
    webgl: [...(await webgl.data())],
  };
}

Object.assign(globalThis, { result: compute() });
