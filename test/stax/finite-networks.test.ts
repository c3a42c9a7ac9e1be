import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, stax } from '../../src/index.js';
import { buildNet, goldenInput, type InputSpec, type NetSpec } from '../support/net.js';
import { tolerance } from '../support/tolerance.js';

interface NetworkCase {
  readonly name: string;
  readonly net: NetSpec;
  readonly seed: number;
  readonly x: InputSpec;
  readonly shape: readonly number[];
  /** Outputs of the network that Neural Tangents draws from this seed, row-major. */
  readonly y: readonly number[];
}

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/networks.json', import.meta.url), 'utf8')) as {
  cases: NetworkCase[];
};

/** Largest difference of the entries, relative to the largest expected one. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(actual[i] - value))) / scale;
}

function tensor(spec: InputSpec): tf.Tensor {
  const { data, shape } = goldenInput(spec);
  return tf.tensor(Float32Array.from(data), [...shape]);
}

describe('draws and runs the same finite network as Neural Tangents', () => {
  test.each(cases)('$name', ({ net, seed, x, shape, y }) => {
    const { init, apply } = buildNet(net);
    const [outputShape, params] = init(random.key(seed), [-1, ...x.shape.slice(1)]);
    const output = apply(params, tensor(x));
    expect(output.shape).toEqual(shape);
    expect(outputShape.slice(1)).toEqual(shape.slice(1));
    expect(relativeError(output.dataSync(), y)).toBeLessThan(tolerance.f32.golden);
  });
});

describe('agrees with tfjs', () => {
  const x = tf.randomNormal<tf.Rank.R4>([2, 6, 7, 3], 0, 1, 'float32', 1);

  test.each([
    ['VALID', [1, 2]],
    ['SAME', [2, 1]],
    ['SAME', [1, 1]],
  ] as const)('on a convolution, %s with strides %o', (padding, strides) => {
    const { init, apply } = stax.Conv(4, [3, 2], { padding, strides });
    const [, params] = init(random.key(0), [-1, 6, 7, 3]);
    const { w } = params as { w: tf.Tensor4D };
    const expected = tf.conv2d(x, w, [...strides], padding === 'SAME' ? 'same' : 'valid').div(Math.sqrt(18));
    const actual = apply(params, x);
    expect(actual.shape).toEqual(expected.shape);
    expect(relativeError(actual.dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.golden);
  });

  test('on a mean pool normalised at the edges', () => {
    const { apply } = stax.AvgPool([3, 2], { padding: 'SAME', strides: [2, 2], normalizeEdges: true });
    const expected = tf.avgPool(x, [3, 2], [2, 2], 'same');
    expect(relativeError(apply([], x).dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.golden);
  });
});

describe('agrees with tfjs on layers without a kernel', () => {
  const x = tf.randomNormal<tf.Rank.R4>([2, 6, 7, 3], -3, 1, 'float32', 2);

  test.each([
    ['VALID', [2, 1]],
    ['SAME', [2, 2]],
    ['SAME', [1, 1]],
  ] as const)('a maximum pool, %s with strides %o', (padding, strides) => {
    const { apply } = stax.MaxPool([3, 2], { padding, strides });
    const by = (x4: tf.Tensor4D) =>
      tf.maxPool(x4, [3, 2], [...strides], padding === 'SAME' ? 'same' : 'valid');
    expect(apply([], x).arraySync()).toEqual(by(x).arraySync());
    const slope = (f: (x4: tf.Tensor4D) => tf.Tensor) =>
      tf.grad((x4) =>
        f(x4 as tf.Tensor4D)
          .square()
          .sum(),
      )(x);
    expect(relativeError(slope((x4) => apply([], x4)).dataSync(), slope(by).dataSync())).toBe(0);
  });

  test('Softmax', () => {
    expect(stax.Softmax().apply([], x).arraySync()).toEqual(tf.softmax(x).arraySync());
  });
});

describe('a finite network', () => {
  const layer = stax.serial(
    stax.Conv(4, [3, 3], { padding: 'CIRCULAR', bStd: 0.1 }),
    stax.FanOut(2),
    stax.parallel(stax.serial(stax.Gelu(), stax.Conv(4, [1, 1])), stax.Identity()),
    stax.FanInSum(),
    stax.AvgPool([2, 2], { strides: [2, 2], padding: 'SAME', normalizeEdges: true }),
    stax.Erf(),
    stax.Flatten(),
    stax.Dense(1, { bStd: 0.1 }),
  );

  test('trains with a tfjs optimizer', () => {
    const [, params] = layer.init(random.key(0), [-1, 5, 5, 2]);
    const variables = stax.mapParams(params, (p) => tf.variable(p));
    const x = tf.randomNormal([6, 5, 5, 2], 0, 1, 'float32', 1);
    const y = tf.tensor2d([[1], [-1], [1], [-1], [1], [-1]]);
    const loss = () => layer.apply(variables, x).sub(y).square().mean().asScalar();
    const before = loss().arraySync();
    const optimizer = tf.train.adam(0.05);
    for (let step = 0; step < 30; step++) optimizer.minimize(loss);
    expect(loss().arraySync()).toBeLessThan(0.05 * before);
  });

  test('has gradients that finite differences confirm', () => {
    const [, params] = layer.init(random.key(3), [-1, 5, 5, 2]);
    const x = tf.randomNormal([2, 5, 5, 2], 0, 1, 'float32', 5);
    const direction = tf.randomNormal(x.shape, 0, 1, 'float32', 6);
    const f = (input: tf.Tensor) => layer.apply(params, input).sum().asScalar();
    const slope = tf.grad(f)(x).mul(direction).sum().dataSync()[0];
    const step = 1e-2;
    const at = (t: number) => f(x.add(direction.mul(t))).dataSync()[0];
    const difference = (at(step) - at(-step)) / (2 * step);
    expect(Math.abs(slope - difference) / Math.abs(slope)).toBeLessThan(tolerance.f32.finiteDifference);
  });

  test('owns its output and leaves nothing else behind', () => {
    const [, params] = layer.init(random.key(0), [-1, 5, 5, 2]);
    const x = tf.zeros([2, 5, 5, 2]);
    const before = tf.memory().numTensors;
    const y = layer.apply(params, x);
    expect(tf.memory().numTensors).toBe(before + 1);
    y.dispose();
    expect(x.isDisposed).toBe(false);
    const identity = stax.Identity().apply([], x);
    identity.dispose();
    expect(x.isDisposed).toBe(false);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('draws parameters that own their memory alone', () => {
    const before = tf.memory().numTensors;
    layer.init(random.key(0), [-1, 5, 5, 2]);
    expect(tf.memory().numTensors).toBe(before + 5);
  });
});

test('mapParams keeps the form of parameters', () => {
  const [w, b, v] = [tf.zeros([3, 2]), tf.zeros([1, 2]), tf.zeros([2, 1])];
  const flat = stax.mapParams([{ w, b }, [], [{ w: v }]], (tensor) => tensor.flatten());
  expect(flat).toMatchObject([{ w: { shape: [6] }, b: { shape: [2] } }, [], [{ w: { shape: [2] } }]]);
});
