import type { Dataset } from '../../src/data/index.js';
import { random, stax } from '../../src/index.js';

/** A fully connected network with one hidden layer. */
export const { kernel } = stax.serial(
  stax.Flatten(),
  stax.Dense(16, { wStd: Math.SQRT2, bStd: 0.1 }),
  stax.Relu(),
  stax.Dense(1, { wStd: Math.SQRT2, bStd: 0.1 }),
);

/** `count` noisy images `[count, 3, 2, 1]` of `numClasses` patterns, classes in turn. */
export function patterns(count: number, numClasses: number, seed = 0): Dataset<Float64Array> {
  const noise = random.normal(random.key(seed), [count, 3, 2, 1], { dtype: 'float64' });
  const data = noise.data.map((value, at) => {
    const label = Math.floor(at / 6) % numClasses;
    return Math.sin(1 + 2.3 * label + (at % 6) * (1 + label)) + 0.3 * value;
  });
  const labels = Int32Array.from({ length: count }, (_, i) => i % numClasses);
  return { images: { shape: noise.shape, data }, labels, numClasses };
}
