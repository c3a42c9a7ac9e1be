import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

// What Neural Tangents computes wrongly and its tests do not show, against the definition: docs/compatibility.md lists these
// cases, and where the others are tested.

const { Conv, ConvLocal, Dense, ImageResize, serial, Sign } = stax;
const before = Conv(8, [2, 3], { padding: 'SAME', wStd: 1.3, bStd: 0.2 });
const [height, width] = [4, 6];
const x = tf.randomNormal([2, height, width, 2], 0, 1, 'float32', 5);

/** Covariances `[n, n, h, h', w, w']` as a function of samples and positions. */
function entries(
  k: tf.Tensor,
): (i: number, j: number, y: number, y2: number, z: number, z2: number) => number {
  const data = k.dataSync();
  const strides = k.shape.map((_, axis) => k.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return (...at) => data[at.reduce((sum, index, axis) => sum + index * strides[axis], 0)];
}

/** All entries of a function of two samples and pairs of positions. */
function all(
  [rows, columns]: readonly [number, number],
  f: (i: number, j: number, y: number, y2: number, z: number, z2: number) => number,
): number[] {
  const sizes = [2, 2, rows, rows, columns, columns];
  const count = sizes.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, index) => {
    const at: number[] = [];
    for (let rest = index, axis = sizes.length - 1; axis >= 0; axis--) {
      at[axis] = rest % sizes[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
    const [i, j, y, y2, z, z2] = at;
    return f(i, j, y, y2, z, z2);
  });
}

const error = (k: tf.Tensor, expected: number[]) => relativeError([...k.dataSync()], expected);
const bound = tolerance.f32.golden;

describe('after one convolution', () => {
  const k = entries(before.kernel(x, null, 'nngp'));

  it('ConvLocal has its filter and strides along the right axes', () => {
    const local = ConvLocal(8, [3, 2], { strides: [1, 2], wStd: 1.1, bStd: 0.3 });
    const [rows, columns] = [height - 2, Math.floor((width - 2) / 2) + 1];
    const expected = all([rows, columns], (i, j, y, y2, z, z2) => {
      if (y !== y2 || z !== z2) return 0;
      let sum = 0;
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 2; b++) sum += k(i, j, y + a, y + a, 2 * z + b, 2 * z + b);
      }
      return (1.1 ** 2 * sum) / 6 + 0.3 ** 2;
    });
    expect(error(serial(before, local).kernel(x, null, 'nngp'), expected)).toBeLessThan(bound);
  });

  it('ImageResize makes images of the height and width asked for', () => {
    const nearest = (n: number, o: number) => (p: number) => Math.floor(((p + 0.5) * n) / o);
    const [fromY, fromZ] = [nearest(height, 3), nearest(width, 2)];
    const expected = all([3, 2], (i, j, y, y2, z, z2) => k(i, j, fromY(y), fromY(y2), fromZ(z), fromZ(z2)));
    const resized = serial(before, ImageResize([-1, 3, 2, -1], 'nearest')).kernel(x, null, 'nngp');
    expect(resized.shape).toEqual([2, 2, 3, 3, 2, 2]);
    expect(error(resized, expected)).toBeLessThan(bound);
  });
});

it('Sign: a sample has the covariances between its positions that it has with its copy', () => {
  const { nngp, cov1 } = serial(Dense(8, { wStd: 1.2, bStd: 0.1 }), Sign()).kernel(x, null, ['nngp', 'cov1']);
  const own = [0, 1].flatMap((i) => [...nngp.gather(i).gather(i).dataSync()]);
  expect(error(cov1, own)).toBeLessThan(bound);
  expect(Math.max(...own.filter((value) => value < 1))).toBeGreaterThan(0.1);
});
