import * as tf from '@tensorflow/tfjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  DisposedError,
  type Kernel,
  NonFiniteError,
  random,
  ShapeError,
  stax,
  UnsupportedError,
} from '../../src/index.js';
import { executorFor } from '../../src/kernel/executors.js';
import { tolerance } from '../support/tolerance.js';

const onTf = { executor: 'tf' } as const;
const images = (n: number, seed: number) => tf.randomNormal([n, 4, 5, 2], 0, 1, 'float32', seed);
const [x1, x2] = [images(2, 1), images(3, 2)];
const weights = { wStd: 1.5, bStd: 0.1 };

const head = stax.serial(stax.Conv(8, [2, 2], weights), stax.Relu(), stax.AvgPool([2, 2]));
const tail = stax.serial(
  stax.Conv(8, [2, 1], { ...weights, padding: 'SAME' }),
  stax.Gelu(),
  stax.Flatten(),
  stax.Dense(1, weights),
);

const close = (actual: tf.Tensor | null, expected: tf.Tensor | null) => {
  expect(actual?.shape).toEqual(expected?.shape);
  if (actual === null || expected === null) return;
  const error = actual.sub(expected).abs().max().div(expected.abs().max()).dataSync()[0];
  expect(error).toBeLessThan(tolerance.f32.rounding);
};

describe.each(['engine', 'tf'] as const)('a kernel function on the %s executor', (executor) => {
  const options = { executor };
  const { kernel } = stax.serial(head, tail);

  test('gives the field asked for', () => {
    const record = kernel(x1, x2, undefined, options);
    for (const field of ['nngp', 'ntk', 'cov1', 'cov2'] as const) {
      close(kernel(x1, x2, field, options), record[field]);
    }
    expect(kernel(x1, x2, 'shape2', options)).toEqual([3, 1]);
    expect(Object.keys(kernel(x1, x2, ['NTK', 'nngp'], options))).toEqual(['ntk', 'nngp']);
  });

  test('gives a record of everything otherwise', () => {
    const { nngp, ntk, cov1, cov2, ...facts } = head.kernel(x1, x2, undefined, options);
    expect([nngp, ntk, cov1, cov2].map((tensor) => tensor?.shape)).toEqual([
      [2, 3, 2, 2, 3, 3],
      [2, 3, 2, 2, 3, 3],
      [2, 2, 2, 3, 3],
      [3, 2, 2, 3, 3],
    ]);
    expect(facts).toEqual({
      x1IsX2: false,
      isGaussian: false,
      isReversed: false,
      isInput: false,
      diagonalBatch: true,
      diagonalSpatial: false,
      shape1: [2, 2, 3, 8],
      shape2: [3, 2, 3, 8],
      batchAxis: 0,
      channelAxis: 3,
      mask1: null,
      mask2: null,
    });
  });

  test('without x2 takes x1 for both', () => {
    const alone = kernel(x1, null, undefined, options);
    const twice = kernel(x1, x1, undefined, options);
    close(alone.nngp, twice.nngp);
    close(alone.ntk, twice.ntk);
    close(alone.cov1, twice.cov2);
    expect(alone.cov2).toBeNull();
    expect([alone.x1IsX2, twice.x1IsX2]).toEqual([true, true]);
    expect(alone.shape2).toEqual([2, 1]);
    expect(kernel(x1, undefined, 'cov2', options)).toBeNull();
  });

  test('takes integers', () => {
    const counts = tf.tensor2d([[1, 2, 0]], undefined, 'int32');
    const net = stax.Dense(1);
    close(net.kernel(counts, null, 'nngp', options), net.kernel(counts.toFloat(), null, 'nngp', options));
  });

  test('is differentiable', () => {
    const scale = tf.scalar(1);
    const gradient = tf.grad((s) => kernel(x1.mul(s), x2, 'ntk', options).sum())(scale);
    const step = 1e-2;
    const at = (s: number) => kernel(x1.mul(s), x2, 'ntk', options).sum().dataSync()[0];
    const difference = (at(1 + step) - at(1 - step)) / (2 * step);
    expect(Math.abs(gradient.dataSync()[0] / difference - 1)).toBeLessThan(tolerance.f32.finiteDifference);
  });

  test('gives a list for a network that ends in branches', () => {
    const branches = stax.serial(stax.Dense(4), stax.FanOut(2), stax.parallel(stax.Relu(), stax.Erf()));
    const x = tf.tensor2d([[1, 2]]);
    const [relu, erf] = branches.kernel(x, null, 'nngp', options);
    close(relu, stax.serial(stax.Dense(4), stax.Relu()).kernel(x, null, 'nngp', options));
    close(erf, stax.serial(stax.Dense(4), stax.Erf()).kernel(x, null, 'nngp', options));
  });

  test('leaves nothing behind but its results', () => {
    kernel(x1, x2, 'ntk', options);
    const before = tf.memory().numTensors;
    const record = kernel(x1, x2, undefined, options);
    expect(tf.memory().numTensors).toBe(before + 4);
    tf.dispose([record.nngp, record.ntk, record.cov1, record.cov2!]);
    expect(x1.isDisposed || x2.isDisposed).toBe(false);
  });
});

describe('kernels compose', () => {
  const cuts: [string, stax.Layer, stax.Layer][] = [
    ['in the middle', head, tail],
    ['before Flatten', stax.Conv(8, [2, 2], weights), stax.serial(stax.Flatten(), stax.Dense(1))],
    ['at a Gaussian', stax.Dense(8, weights), stax.serial(stax.Relu(), stax.GlobalAvgPool())],
    ['before any weights', stax.AvgPool([2, 2]), tail],
    [
      'before Flatten of the input',
      stax.Identity(),
      stax.serial(stax.Flatten(), stax.Dense(3, weights), stax.Relu()),
    ],
    ['at the end', stax.serial(head, tail), stax.Identity()],
    [
      'inside the standard parameterization',
      stax.Dense(6, { parameterization: 'standard', s: [1, 2] }),
      stax.serial(stax.Relu(), stax.Dense(1, { parameterization: 'standard', s: [2, 1], bStd: 0 })),
    ],
  ];

  test.each(cuts)('cut %s', (_, first, second) => {
    for (const other of [x2, null]) {
      const whole = stax.serial(first, second).kernel(x1, other, undefined, onTf);
      const { nngp, ntk, cov1, cov2, ...facts } = second.kernel(first.kernel(x1, other, undefined, onTf));
      close(nngp, whole.nngp);
      close(ntk, whole.ntk);
      close(cov1, whole.cov1);
      close(cov2, whole.cov2);
      expect(facts).toEqual(
        Object.fromEntries(Object.keys(facts).map((name) => [name, whole[name as keyof Kernel]])),
      );
    }
  });

  test('with the rule on Gaussian activations', () => {
    const rectified = stax.serial(stax.Dense(4), stax.Relu()).kernel(x1, null, undefined, onTf);
    expect(() => stax.Relu().kernel(rectified)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the given kernel. Put a Dense or Conv layer before it.]`,
    );
    const gaussian = stax.Dense(4).kernel(x1, null, undefined, onTf);
    expect(stax.Relu().kernel(gaussian, null, 'isGaussian')).toBe(false);
  });

  test('without taking hold of what they are given', () => {
    const given = head.kernel(x1, x2, undefined, onTf);
    const same = stax.Identity().kernel(given);
    tf.dispose([same.nngp, same.ntk, same.cov1, same.cov2!]);
    close(stax.Identity().kernel(given).ntk, given.ntk);
  });

  test('and refuse what makes no sense', () => {
    const given = head.kernel(x1, x2, undefined, onTf);
    expect(() => tail.kernel(given, x2)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: x2 must be absent when the first argument is a Kernel, got a tensor.]`,
    );
    expect(() => tail.kernel({ ...given, shape2: [3, 9, 9, 8] })).toThrow(ShapeError);
    given.ntk.dispose();
    expect(() => tail.kernel(given)).toThrow(DisposedError);
    expect(() => tail.kernel(given)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: kernel: ntk was disposed of. Keep it with tf.keep, or call outside tf.tidy.]`,
    );
  });
});

describe('a kernel function refuses', () => {
  const { kernel } = stax.serial(stax.Dense(4), stax.Relu());

  test('bad inputs', () => {
    expect(() => kernel(tf.ones([4]))).toThrow(ShapeError);
    expect(() => kernel(tf.ones([2, 4]), tf.ones([2, 3]))).toThrow(ShapeError);
    expect(() => kernel(tf.ones([0, 4]))).toThrow(ShapeError);
    expect(() => kernel(tf.tensor2d([[1, Number.NaN]]))).toThrow(NonFiniteError);
    expect(() => kernel([[1, 2]] as never)).toThrow(TypeError);
    const gone = tf.ones([2, 4]);
    gone.dispose();
    expect(() => kernel(tf.ones([2, 4]), gone)).toThrow(DisposedError);
  });

  test('networks without an exact kernel', () => {
    expect(() => stax.Relu().kernel(tf.ones([2, 4]))).toThrow(UnsupportedError);
  });

  test('unknown options and executors', () => {
    const x = tf.ones([2, 4]);
    expect(() => kernel(x, null, 'ntk', { mask: 0 } as never)).toThrow(
      'kernel: has no option mask. Its options are executor, batchAxis, channelAxis, diagonalBatch, diagonalSpatial,',
    );
    expect(() => kernel(x, null, 'ntk', { executor: 'gpu' as never })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: executor must be 'engine' or 'tf', got 'gpu'.]`,
    );
  });

  test('and keeps no tensors of a refused call', () => {
    const x = tf.ones([2, 4], 'int32');
    const before = tf.memory().numTensors;
    expect(() => stax.Relu().kernel(x)).toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the executor', () => {
  test.each([
    ['cpu', 'engine'],
    ['wasm', 'engine'],
    ['tensorflow', 'engine'],
    ['webgl', 'tf'],
    ['webgpu', 'tf'],
  ])('on %s is %s by default', (backend, executor) => {
    expect(executorFor(undefined, backend).name).toBe(executor);
    expect(executorFor('tf', backend).name).toBe('tf');
    expect(executorFor('engine', backend).name).toBe('engine');
  });
});

test('types follow the network and what is asked for', () => {
  const [init, apply, kernel] = stax.serial(stax.Dense(4), stax.Relu());
  expectTypeOf(init(random.key(0), [-1, 3])[0]).toEqualTypeOf<readonly number[]>();
  expectTypeOf(apply).returns.toEqualTypeOf<tf.Tensor>();
  expectTypeOf(kernel(x1, null, 'ntk', onTf)).toEqualTypeOf<tf.Tensor>();
  expectTypeOf(kernel(x1, null, undefined, onTf)).toEqualTypeOf<Kernel>();
  const branches = stax.serial(stax.Dense(4), stax.FanOut(2));
  expectTypeOf(branches.apply).returns.toEqualTypeOf<tf.Tensor[]>();
  expectTypeOf(branches.kernel(x1, null, 'nngp', onTf)).toEqualTypeOf<tf.Tensor[]>();
});
