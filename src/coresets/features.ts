import * as tf from '#tf';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { sizeOf } from '../base/nd-array.js';
import type { Images } from '../data/index.js';

/** Images run at once. */
const BLOCK = 256;

/**
 * A network's features of images, `[n, width]` row-major.
 *
 * @throws ShapeError when there are not as many rows as images. @throws NonFiniteError when one is NaN or infinite.
 */
export async function networkFeatures(
  where: string,
  { shape: [count, ...sample], data }: Images,
  features: (images: tf.Tensor) => tf.Tensor,
): Promise<{ readonly width: number; readonly data: Float64Array }> {
  const size = sizeOf(sample);
  let result: Float64Array | null = null;
  let width = 0;
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK);
    const block = tf.tidy(() => {
      const images = tf.tensor(Float32Array.from(data.subarray(from * size, to * size)), [
        to - from,
        ...sample,
      ]);
      return features(images);
    });
    const entries = await block.data();
    block.dispose();
    if (block.shape[0] !== to - from) {
      throw new ShapeError(
        `${where}: features must give one row an image, [${to - from}, …], got [${block.shape}].`,
      );
    }
    const bad = firstNonFinite(entries as Float32Array);
    if (bad >= 0) throw new NonFiniteError(`${where}: features must be finite, got ${entries[bad]}.`);
    width = entries.length / (to - from);
    result ??= new Float64Array(count * width);
    result.set(entries, from * width);
  }
  return { width, data: result ?? new Float64Array(0) };
}
