import { readOptions } from '../base/options.js';
import type { DatasetInput } from '../distill/index.js';
import {
  type ClassSamples,
  type Coreset,
  coresetOf,
  type FeatureOptions,
  featureOptions,
  samplesByClass,
} from './coreset.js';

/**
 * Herding: in each class, image after image so that the mean of those chosen comes as close as it can to the mean of all.
 *
 * Step t takes the x that makes ‖μ − (Σ chosen φ + φ(x))/t‖ smallest, among those not taken.
 *
 * @param size images in all, a multiple of the classes.
 * @param options `features`: where means are taken; by default of the pixels.
 * @throws RangeError, ShapeError, NonFiniteError for sizes, data or features that make no sense.
 * @source M. Welling, Herding dynamical weights to learn, 2009; S. Rebuffi et al., iCaRL, 2017,
 *   https://arxiv.org/abs/1611.07725, algorithm 4.
 *
 * @example
 * ```ts
 * import { herdingCoreset } from 'neural-tangents';
 * const images = { shape: [4, 1, 1, 1], data: Float64Array.of(0, 1, 2, 9) };
 * const data = { images, labels: Int32Array.of(0, 0, 0, 0), numClasses: 1 };
 * console.log((await herdingCoreset(data, 1)).indices); // Int32Array(1) [ 2 ]
 * ```
 */
export async function herdingCoreset(
  data: DatasetInput,
  size: number,
  options: FeatureOptions = {},
): Promise<Coreset> {
  const read = readOptions('herdingCoreset', options, featureOptions);
  const { data: samples, perClass, classes } = await samplesByClass('herdingCoreset', data, size, read);
  return coresetOf(
    samples,
    classes.flatMap((own) => herd(own, perClass).map((row) => own.members[row])),
  );
}

/** The rows of a class in the order in which they are taken. */
function herd({ features, width, members }: ClassSamples, count: number): number[] {
  const mean = new Float64Array(width);
  for (let at = 0; at < features.length; at++) mean[at % width] += features[at] / members.length;
  const sum = new Float64Array(width);
  const taken: number[] = [];
  for (let t = 1; t <= count; t++) {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let row = 0; row < members.length; row++) {
      if (taken.includes(row)) continue;
      let distance = 0;
      for (let d = 0; d < width; d++) {
        distance += (mean[d] - (sum[d] + features[row * width + d]) / t) ** 2;
      }
      if (distance < least) [best, least] = [row, distance];
    }
    taken.push(best);
    for (let d = 0; d < width; d++) sum[d] += features[best * width + d];
  }
  return taken;
}
