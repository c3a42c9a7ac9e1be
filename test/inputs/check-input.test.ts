import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { DisposedError, NonFiniteError, ShapeError } from '../../src/index.js';
import { checkInputs } from '../../src/inputs/check-input.js';

const array = (shape: number[], fill = 1) => ({
  shape,
  data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(fill),
});

describe('checkInputs', () => {
  test('accepts tensors and arrays, alone and in pairs', () => {
    checkInputs('f', tf.ones([2, 3]), null);
    checkInputs('f', array([2, 4, 4, 3]), array([5, 4, 4, 3]));
    checkInputs('f', tf.ones([2, 3], 'int32'), array([1, 3]));
  });

  test('refuses what is no array of real numbers', () => {
    expect(() => checkInputs('f', [[1, 2]] as never, null)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: f: x1[0][0] must be { shape, data }, a Matrix or a tensor, got 1. Lists of numbers become one by toNdArray(list).]`,
    );
    expect(() => checkInputs('f', null as never, null)).toThrow(TypeError);
    expect(() => checkInputs('f', tf.tensor([['a', 'b']]), null)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: f: x1 must hold real numbers, got dtype string.]`,
    );
  });

  test('refuses arrays without a channel axis', () => {
    expect(() => checkInputs('f', tf.ones([3]), null)).toThrow(ShapeError);
    expect(() => checkInputs('f', tf.ones([3]), null)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: f: x1 needs a batch and a channel axis, got shape [3]. Reshape a vector of d numbers to [1, d].]`,
    );
  });

  test('refuses empty batches and empty images', () => {
    expect(() => checkInputs('f', array([2, 3]), array([0, 3]))).toThrow(ShapeError);
    expect(() => checkInputs('f', array([2, 3]), array([0, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: f: x2 must not be empty, got shape [0,3]. Pass at least one sample.]`,
    );
    expect(() => checkInputs('f', array([2, 0, 3]), null)).toThrow(ShapeError);
  });

  test('refuses data that do not fill their shape', () => {
    const short = { shape: [2, 3], data: new Float64Array(5) };
    expect(() => checkInputs('f', short, null)).toThrow(ShapeError);
    expect(() => checkInputs('f', short, null)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: f: x1 needs 6 numbers for its shape [2,3], got 5.]`,
    );
  });

  test('refuses samples of different shapes, naming both', () => {
    expect(() => checkInputs('f', array([2, 4, 4, 3]), array([2, 4, 4, 1]))).toThrow(ShapeError);
    expect(() =>
      checkInputs('f', array([2, 4, 4, 3]), array([2, 4, 4, 1])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: f: samples of x1 and x2 must have equal shapes, got [4,4,3] (x1 is [2,4,4,3]) and [4,4,1] (x2 is [2,4,4,1]). Give both the same spatial sizes and channels.]`,
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d, naming where it is',
    (bad) => {
      const x = array([2, 2, 3]);
      x.data[8] = bad;
      const where = `f: x2 must be finite, got ${bad} at [1,0,2]. Clean the data first.`;
      expect(() => checkInputs('f', array([1, 2, 3]), x)).toThrow(NonFiniteError);
      expect(() => checkInputs('f', array([1, 2, 3]), x)).toThrow(where);
      expect(() =>
        checkInputs('f', array([1, 2, 3]), tf.tensor(Float32Array.from(x.data), [2, 2, 3])),
      ).toThrow(where);
    },
  );

  test('refuses disposed tensors', () => {
    const x = tf.ones([2, 3]);
    x.dispose();
    expect(() => checkInputs('f', x, null)).toThrow(DisposedError);
    expect(() => checkInputs('f', x, null)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: f: x1 was disposed of. Keep it with tf.keep, or call outside tf.tidy.]`,
    );
  });
});
