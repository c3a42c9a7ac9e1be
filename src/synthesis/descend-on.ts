import * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import { rowMajor } from '../base/matrix.js';
import { byDefault, readOptions } from '../base/options.js';
import type { RandomNetwork } from '../finite/index.js';
import { trainableLeaves, withLeaves } from '../finite/parameters.js';
import { type Loss, loss as lossOption } from '../finite/training/loss.js';
import { key } from '../random/index.js';
import type { Params } from '../stax/layer/params.js';
import type { DistilledSteps } from './dataset-distillation.js';
import { runOf } from './learner.js';
import { rowsFrom, tensorOfRows } from './tensors.js';
import { stepped } from './unroll.js';

/**
 * The parameters of a network after the distilled steps: gradient descent on each step's images with its step size.
 *
 * @param f as in `train`. @param params where to start, left as they are. @param options `loss`: that of the distillation.
 * @returns parameters formed as those given, the caller's to dispose of.
 * @throws ShapeError when the images are no whole number of steps.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { descendOn, Matrix, stax } from 'neural-tangents';
 * const { apply } = stax.Dense(1);
 * const steps = { images: { shape: [1, 1], data: Float64Array.of(1) }, labels: new Matrix([[1]]), stepSizes: Float64Array.of(1) };
 * const params = descendOn(apply, { w: tf.tensor2d([[0]]) }, { ...steps, descentSteps: 1 }, { loss: 'mse' });
 * console.log(apply(params, tf.tensor2d([[2]])).dataSync()[0]); // 2
 * ```
 */
export function descendOn(
  f: RandomNetwork['apply'],
  params: Params,
  {
    images,
    labels,
    stepSizes,
    descentSteps,
  }: Pick<DistilledSteps, 'images' | 'labels' | 'stepSizes' | 'descentSteps'>,
  options: { readonly loss?: Loss } = {},
): Params {
  const where = 'descendOn';
  const { loss } = readOptions(where, options, { loss: byDefault('xent', lossOption) });
  const [count, ...shape] = images.shape;
  if (count % descentSteps !== 0) {
    throw new ShapeError(`${where}: ${count} images must make ${descentSteps} steps of equally many.`);
  }
  const each = count / descentSteps;
  const run = runOf({ apply: f } as RandomNetwork, params, key(0));
  const y = rowMajor(labels);
  return tf.tidy(() => {
    let leaves = trainableLeaves(where, params);
    stepSizes.forEach((size, t) => {
      const from = (t % descentSteps) * each;
      leaves = stepped(
        run,
        leaves,
        {
          x: tensorOfRows(images.data, shape, rowsFrom(from, each)),
          y: tensorOfRows(y, [labels.columns], rowsFrom(from, each)),
          rate: tf.scalar(size),
        },
        loss,
      );
    });
    return withLeaves(
      params,
      leaves.map((leaf) => tf.clone(leaf)),
    ) as never;
  });
}
