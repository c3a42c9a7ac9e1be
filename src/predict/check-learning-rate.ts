/** @throws RangeError when a learning rate is not a positive number. */
export function checkLearningRate(where: string, learningRate: number): void {
  if (!(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new RangeError(
      `${where}: learningRate must be a finite number above 0, got ${learningRate}. Pass e.g. 1.`,
    );
  }
}
