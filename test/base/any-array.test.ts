import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { gram, gramVjp, ridgeVisit, stax, toMatrix, toNdArray, toTensor } from '../../src/index.js';
import { refusals } from '../support/refusals.js';

const numbers = [
  [1, 0.5],
  [-2, 3],
  [0.25, 4],
];
const flat = Float64Array.from(numbers.flat());
/** The same six numbers, which float32 holds exactly, in every form. */
const forms = {
  'float64 data': { shape: [3, 2], data: flat },
  'float32 data': { shape: [3, 2], data: Float32Array.from(flat) },
  'a Matrix': new Matrix(numbers),
  'a transposed view': new Matrix(numbers).transpose().transpose(),
  'a tensor': tf.tensor2d(numbers),
};

describe('toNdArray and toMatrix', () => {
  it.each(Object.entries(forms))('read %s', (_, x) => {
    expect(toNdArray(x)).toEqual({ shape: [3, 2], data: flat });
    expect(toMatrix(x).to2DArray()).toEqual(numbers);
  });

  it('read nested lists, integers, and tensors of integers and booleans', () => {
    expect(toNdArray(numbers)).toEqual({ shape: [3, 2], data: flat });
    expect(toNdArray([[[1], [2]]]).shape).toEqual([1, 2, 1]);
    expect(toNdArray([])).toEqual({ shape: [0], data: new Float64Array(0) });
    expect(toNdArray({ shape: [2], data: Uint8Array.of(0, 255) }).data).toEqual(Float64Array.of(0, 255));
    expect(toNdArray(tf.tensor1d([7, -7], 'int32')).data).toEqual(Float64Array.of(7, -7));
    expect(toNdArray(tf.tensor1d([true, false], 'bool')).data).toEqual(Float64Array.of(1, 0));
  });

  it('and toTensor, which rounds to float32', () => {
    for (const x of [...Object.values(forms), numbers]) expect(toTensor(x).arraySync()).toEqual(numbers);
    expect(toTensor([0.1]).dtype).toBe('float32');
    expect(toNdArray(toTensor([0.1])).data[0]).toBe(Math.fround(0.1));
  });

  it('share float64 data, while a matrix is a copy', () => {
    expect(toNdArray(forms['float64 data']).data).toBe(flat);
    const copy = toMatrix(forms['a Matrix']);
    copy.set(0, 0, 9);
    expect(forms['a Matrix'].get(0, 0)).toBe(1);
  });

  it('name what they do not take', () => {
    const gone = tf.tensor1d([1]);
    gone.dispose();
    const calls: (() => unknown)[] = [
      () => toNdArray(flat as never),
      () => toNdArray(undefined as never),
      () => toNdArray(gram(stax.Dense(1).kernel, forms['a Matrix'], null, { get: 'ntk' }) as never),
      () => toNdArray({ images: forms['a Matrix'] } as never),
      () => toNdArray({ shape: [2], data: [1, 2] } as never),
      () => toNdArray({ shape: [2, 2], data: flat }),
      () => toNdArray([[1, 2], [3]]),
      () =>
        toNdArray([
          [1, 2],
          ['3', 4],
        ] as never),
      () => toNdArray(tf.tensor1d(['a'])),
      () => toNdArray(gone),
      () => toMatrix({ shape: [3, 2, 1], data: flat }),
      () => toMatrix([1, 2]),
    ];
    expect(refusals(calls)).toMatchInlineSnapshot(`
      [
        "TypeError: toNdArray: x must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "TypeError: toNdArray: x must be { shape, data }, a Matrix or a tensor, got nothing. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "TypeError: toNdArray: x must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
        "TypeError: toNdArray: x must be { shape, data }, a Matrix or a tensor, got an object with images. Pass its images.",
        "TypeError: toNdArray: x must be { shape, data }, a Matrix or a tensor, got an array of shape [2]. Its data must be a Float64Array or the like.",
        "ShapeError: toNdArray: x needs 4 numbers for its shape [2,2], got 6.",
        "ShapeError: toNdArray: lists must be numbers of one shape [2,2], got a list of 1 for a list of 2.",
        "ShapeError: toNdArray: lists must be numbers of one shape [2,2], got '3' for a number.",
        "TypeError: toNdArray: x must hold real numbers, got dtype string.",
        "DisposedError: toNdArray: x was disposed of. Keep it with tf.keep, or call outside tf.tidy.",
        "ShapeError: toMatrix: x must have two axes, got shape [3,2,1]. Give it the shape [3, 2].",
        "ShapeError: toMatrix: x must have two axes, got shape [2]. Give it the shape [2, 1].",
      ]
    `);
  });
});

describe('functions of arrays', () => {
  const { kernel } = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
  const ones = new Matrix(3, 3).fill(1);

  it.each(Object.entries(forms))('gram, gramVjp and ridgeVisit take %s', async (_, x) => {
    const expected = await gram(kernel, forms['float64 data'], null, { get: 'ntk' });
    expect((await gram(kernel, x, null, { get: 'ntk' })).to2DArray()).toEqual(expected.to2DArray());
    const cross = await gram(kernel, x, forms['float64 data'], { get: 'ntk' });
    expect(cross.to2DArray()).toEqual(expected.to2DArray());

    const gradient = await gramVjp(kernel, x, null, { ntk: toNdArray(ones) });
    const expectedGradient = await gramVjp(kernel, forms['float64 data'], null, { ntk: ones });
    expect(gradient.x1).toEqual(expectedGradient.x1);

    const visit = (of: typeof x, labels: typeof x) =>
      ridgeVisit(kernel, of, forms['float64 data'], labels, labels, { get: 'ntk', gradient: true });
    const [own, reference] = [await visit(x, x), await visit(forms['float64 data'], forms['a Matrix'])];
    expect(own.loss).toBe(reference.loss);
    expect(own.supportGradient).toEqual(reference.supportGradient);
  });
});
