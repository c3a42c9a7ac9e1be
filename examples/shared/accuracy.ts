import { Matrix } from 'ml-matrix';
import { kernelRidge, oneHotCentred } from 'neural-tangents';

/** Classes `[n]` of samples. */
interface Labelled {
  readonly labels: Int32Array;
  readonly numClasses: number;
}

/**
 * Share of the test samples whose class kernel ridge regression finds.
 *
 * @param kTrain Gram matrix of the training samples. @param kTestTrain `[tests, n]`.
 */
export function accuracy(kTrain: Matrix, kTestTrain: Matrix, train: Labelled, test: Labelled): number {
  const y = Matrix.from1DArray(
    kTrain.rows,
    train.numClasses,
    oneHotCentred(train.labels, train.numClasses).data,
  );
  const predictions = kernelRidge(kTrain, y, { reg: 1e-4 }).predict(kTestTrain);
  const right = Array.from(test.labels, (label, i) => Number(predictions.maxRowIndex(i)[1] === label));
  return right.reduce((a, b) => a + b, 0) / right.length;
}

/** `93.5 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
