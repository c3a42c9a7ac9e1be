import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { vjp } from '../../src/finite/gradients.js';
import { random, stax } from '../../src/index.js';
import { error, filled, sines } from '../finite/nets.js';
import { tolerance } from '../support/tolerance.js';

afterAll(async () => {
  await tf.setBackend('cpu');
});

/** Σ of squares, differentiated `order` times: the sum of squares of its gradients, of theirs, and so on. */
function squares(f: () => tf.Tensor, xs: readonly tf.Tensor[], order: number): tf.Tensor {
  if (order === 0) return f().square().sum();
  const gradients = vjp(() => squares(f, xs, order - 1), xs, tf.scalar(1));
  return tf.addN(gradients.map((gradient) => gradient.square().sum()));
}

describe("Conv by the backend's convolution", () => {
  it.each([
    ['SAME', { padding: 'SAME' }],
    ['VALID', {}],
    ['SAME with strides', { padding: 'SAME', strides: [2, 2] }],
    ['VALID with strides that leave a rest', { strides: [2, 3] }],
  ] as const)('has the values and derivatives of the product of windows: %s', async (_, options) => {
    const found: number[][] = [];
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend);
      await tf.ready();
      const net = stax.serial(
        stax.Conv(4, [3, 2], options),
        stax.Erf(),
        stax.AvgPool([2, 2], { strides: [2, 2] }),
        stax.Conv(3, [2, 2], { padding: 'SAME' }),
      );
      const [, drawn] = net.init(random.key(0), [-1, 9, 8, 2]);
      const params = filled(drawn, 1, 0.9);
      const x = sines([3, 9, 8, 2], 1);
      const xs = [x, ...leavesOf(params)];
      const before = tf.memory().numTensors;
      found.push([
        ...net.apply(params, x).dataSync(),
        ...[1, 2, 3].map((order) => {
          const value = tf.tidy(() => squares(() => net.apply(params, x), xs, order).dataSync()[0]);
          return Math.log(value);
        }),
      ]);
      expect(tf.memory().numTensors).toBe(before + 1);
    }
    expect(error(found[1], found[0])).toBeLessThan(tolerance.f32.values);
  });
});

const leavesOf = (params: unknown): tf.Tensor[] =>
  params instanceof tf.Tensor ? [params] : Object.values(params as object).flatMap(leavesOf);
