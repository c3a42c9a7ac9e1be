/** Results of independent runs. */
export interface Spread {
  /** One a run. */
  readonly values: readonly number[];
  readonly mean: number;
  /** The sample's standard deviation, with n − 1 in the denominator; NaN for a single run. */
  readonly deviation: number;
}

/** Mean and standard deviation of values. @throws RangeError when there are none. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spreadOf: values needs at least one number, got none.');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { values, mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * Runs something once for each seed, one after the other, as papers report results: mean and standard deviation.
 *
 * @param seeds how many, then they are 0, 1, …; or the seeds themselves
 * @param run gives the number of a run, e.g. its test accuracy
 * @throws RangeError when there is no seed; else what `run` throws.
 * @example
 * ```ts
 * import { acrossSeeds, evaluateSupport, kip, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, 2, 1) };
 * const train = { images, labels: Int32Array.of(0, 1, 1, 0), numClasses: 2 };
 * const { mean, deviation } = await acrossSeeds(3, async (seed) => {
 *   const support = await kip(kernel, train, { supportSize: 2, steps: 5, seed });
 *   return (await evaluateSupport(kernel, support, train)).accuracy;
 * });
 * console.log(mean >= 0 && mean <= 1, deviation >= 0); // true true
 * ```
 */
export async function acrossSeeds(
  seeds: number | readonly number[],
  run: (seed: number) => Promise<number>,
): Promise<Spread> {
  const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, seed) => seed) : seeds;
  if (list.length === 0) {
    throw new RangeError('acrossSeeds: seeds needs at least one, got none. Pass e.g. 3.');
  }
  const values: number[] = [];
  for (const seed of list) values.push(await run(seed));
  return spreadOf(values);
}
