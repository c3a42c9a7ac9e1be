import * as tf from '#tf';
import { lossOf } from '../finite/training/loss.js';
import type { LabelGradients, LabelStep, LabelStepOptions } from './label-step.js';
import { drawLearner, type LearnerDraw } from './learner.js';
import { stepped, unrolled } from './unroll.js';

/** Through one step of gradient descent of the network on the labelled images, which it then takes. */
export function labelsByDescent(
  draw: LearnerDraw,
  { x, y, real }: LabelStep,
  { networkRate }: LabelStepOptions,
): LabelGradients {
  const { run, leaves } = drawLearner(draw);
  const step = { x, y, rate: tf.scalar(networkRate) };
  const end = (next: readonly tf.Tensor[]) => lossOf('xent', run(next, real.x), real.y);
  const { value, gradients } = unrolled(run, leaves, [step], 'xent', end);
  return { loss: value, labels: gradients[0].y, leaves: stepped(run, leaves, step, 'xent') };
}
