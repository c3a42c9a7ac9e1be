import { type AnyArray, accuracy, kernelRidge, oneHotCentred } from 'neural-tangents';

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
export async function testAccuracy(
  kTrain: AnyArray,
  kTestTrain: AnyArray,
  train: Labelled,
  test: Labelled,
): Promise<number> {
  const y = oneHotCentred(train.labels, train.numClasses);
  const { predict } = await kernelRidge(kTrain, y, { reg: 1e-4 });
  return accuracy(await predict(kTestTrain), test.labels);
}

/** `93.5 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
