import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { accuracy, gram, kernelRidge, oneHotCentred, solvePositiveDefinite, stax } from '../../src/index.js';
import { refusal, refusals } from '../support/refusals.js';

const { kernel } = stax.Dense(1);
const x = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) };
const k = new Matrix([
  [2, 1],
  [1, 2],
]);
const y = oneHotCentred([0, 1], 2);
const wrong = (value: unknown) => value as never;

describe('mistakes in regression', () => {
  it('are named with their remedy', async () => {
    const { predict } = await kernelRidge(k, y);
    const calls: (() => unknown)[] = [
      () => kernelRidge(wrong(gram(kernel, x, null, { get: 'ntk' })), y),
      () => kernelRidge(wrong(kernel), y),
      () => kernelRidge(k, wrong([0, 1])),
      () => kernelRidge(k, wrong(Int32Array.of(0, 1))),
      () => kernelRidge(k, { shape: [2], data: Float64Array.of(0, 1) }),
      () => kernelRidge(k, y, wrong(1e-6)),
      () => kernelRidge(k, oneHotCentred([0], 2)),
      () => predict(wrong(gram(kernel, x, x, { get: 'ntk' }))),
      () => predict(oneHotCentred([0, 1, 2], 3)),
      () => solvePositiveDefinite(k, wrong(undefined)),
      () => solvePositiveDefinite(k, y, wrong({ reg: 1 })),
    ];
    expect(await Promise.all(calls.map(refusal))).toMatchInlineSnapshot(`
      [
        "TypeError: kernelRidge: kTrainTrain must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
        "TypeError: kernelRidge: kTrainTrain must be { shape, data }, a Matrix or a tensor, got the function kernel. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "TypeError: kernelRidge: yTrain must be { shape, data }, a Matrix or a tensor, got a list of 2. Lists of numbers become one by toNdArray(list).",
        "TypeError: kernelRidge: yTrain must be { shape, data }, a Matrix or a tensor, got a bare Int32Array. Say its shape too: { shape: [n, d], data }.",
        "ShapeError: kernelRidge: yTrain must have two axes, got shape [2]. Give it the shape [2, 1].",
        "TypeError: kernelRidge: needs options as its last argument, got 0.000001. Its options are reg, regScale, jitter, signal.",
        "ShapeError: kernelRidge: yTrain needs 2 rows and at least one column, got [1, 2].",
        "TypeError: kernelRidge: kTestTrain must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
        "ShapeError: kernelRidge: kTestTrain needs a column for each of 2 training samples, got [3, 3].",
        "TypeError: solvePositiveDefinite: b must be { shape, data }, a Matrix or a tensor, got nothing. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "UnsupportedError: solvePositiveDefinite: has no option reg. Its options are jitter, signal.",
      ]
    `);
  });

  it('in accuracy too', async () => {
    expect(
      refusals([
        () => accuracy(wrong(Promise.resolve(k)), [0, 1]),
        () => accuracy(k, [0, 1, 1]),
        () => accuracy(k, wrong(undefined)),
        () => accuracy(wrong([0, 1]), [0, 1]),
        () => accuracy(new Matrix(0, 2), []),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: accuracy: predictions must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
        "ShapeError: accuracy: labels must be of as many samples as predictions (2), got 3. Pass a class or a row for each.",
        "TypeError: accuracy: labels must be { shape, data }, a Matrix or a tensor, got nothing. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "TypeError: accuracy: predictions must be { shape, data }, a Matrix or a tensor, got a list of 2. Lists of numbers become one by toNdArray(list).",
        "ShapeError: accuracy: labels must be of as many samples as predictions (0), got 0. Pass a class or a row for each.",
      ]
    `);
  });
});
