import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { expect, it } from 'vitest';
import { accuracy, oneHotCentred } from '../../src/index.js';

const predictions = new Matrix([
  [0.1, 0.7, 0.2],
  [-3, -2, -1],
  [0.5, 0.5, 0.4],
  [0, 0, 1],
]);
const classes = [1, 2, 1, 2];

it.each([
  ['a list', classes],
  ['integers', Uint8Array.from(classes)],
  ['an array', { shape: [4], data: Float64Array.from(classes) }],
  ['a tensor', tf.tensor1d(classes, 'int32')],
  ['one-hot rows', oneHotCentred(classes, 3)],
])('accuracy takes labels as %s; of equal predictions the first counts', (_, labels) => {
  expect(accuracy(predictions, labels)).toBe(0.75);
  expect(accuracy(tf.tensor2d(predictions.to2DArray()), labels)).toBe(0.75);
});
