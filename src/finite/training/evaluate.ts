import * as tf from '#tf';
import type { Key } from '../../random/index.js';
import type { Params } from '../../stax/layer/params.js';
import type { Tree } from '../../tracing/tree.js';
import { blocksOf } from '../blocks.js';
import { withLeaves } from '../parameters.js';
import { samplesBetween } from '../samples.js';
import type { Tensors } from './batches.js';
import { countCorrect, lossOf } from './loss.js';
import type { ReadTrainOptions, TrainableFunction } from './options.js';
import type { TrainBest, TrainEvaluation, TrainStep } from './state.js';

/** A network, and the parameters whose outputs are taken off its own, if any. */
export interface Centred<In extends Tree<tf.Tensor>> {
  readonly f: TrainableFunction<In>;
  readonly form: Params;
  readonly start: readonly tf.Tensor[] | null;
}

/** The outputs for x as a function of the parameters, those of the start taken off where asked for. */
export function centredOutputs<In extends Tree<tf.Tensor>>(
  { f, form, start }: Centred<In>,
  x: In,
  options?: { readonly key: Key },
): (leaves: readonly tf.Tensor[]) => tf.Tensor {
  const outputs = (leaves: readonly tf.Tensor[]) => f(withLeaves(form, leaves), x, options);
  if (start === null) return outputs;
  const first = outputs(start);
  return (leaves) => tf.sub(outputs(leaves), first);
}

/** Loss and accuracy on data held out, block by block. */
export async function evaluateNetwork<In extends Tree<tf.Tensor>>(
  network: Centred<In>,
  leaves: readonly tf.Tensor[],
  { x, y, count }: Tensors,
  { loss, labelScale, evaluation }: ReadTrainOptions<In>,
): Promise<TrainEvaluation> {
  let [total, correct] = [0, 0];
  for (const { from, to } of blocksOf(count, evaluation!.batchSize)) {
    const sums = tf.tidy(() => {
      const labels = tf.slice(y, from, to - from);
      const f = centredOutputs(network, samplesBetween(x, from, to) as In)(leaves);
      const scaled = labelScale === 1 ? labels : tf.mul(labels, labelScale);
      const mean = tf.div(lossOf(loss, f, scaled), labelScale ** 2);
      return tf.stack([tf.reshape(mean, []), countCorrect(f, labels)]);
    });
    const [mean, right] = await sums.data();
    sums.dispose();
    total += mean * (to - from);
    correct += right;
  }
  return { loss: total / count, accuracy: correct / count };
}

/** Whether an evaluation beats the best so far: more correct, or as many at a lower loss. */
export function isBetter(evaluation: TrainEvaluation, best: TrainEvaluation | null): boolean {
  if (best === null || evaluation.accuracy !== best.accuracy) {
    return best === null || evaluation.accuracy > best.accuracy;
  }
  return evaluation.loss < best.loss;
}

/** Whether as many evaluations in a row as `patience` were no better than the best. */
export function isOutOfPatience(
  history: readonly TrainStep[],
  best: TrainBest | null,
  patience = Number.POSITIVE_INFINITY,
): boolean {
  return history.filter(({ step, evaluation }) => evaluation && step > (best?.step ?? 0)).length >= patience;
}
