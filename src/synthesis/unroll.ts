import * as tf from '#tf';
import { inner, valueAndGradients, vjp } from '../finite/gradients.js';
import { type Loss, lossOf } from '../finite/training/loss.js';
import type { Run } from './learner.js';

/** A step of gradient descent: on which samples, and how far. */
export interface DescentStep {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  /** A number. */
  readonly rate: tf.Tensor;
}

/** The parameters after a step: θ − rate·∇ℓ(θ; x, y). */
export function stepped(
  run: Run,
  leaves: readonly tf.Tensor[],
  { x, y, rate }: DescentStep,
  loss: Loss,
): tf.Tensor[] {
  return tf.tidy(() => {
    const { gradients } = valueAndGradients(() => lossOf(loss, run(leaves, x), y), leaves);
    return leaves.map((leaf, i) => tf.sub(leaf, tf.mul(rate, gradients[i])));
  });
}

/**
 * A loss of the parameters after steps of gradient descent, and its gradients in the steps' samples, labels and rates.
 *
 * Back through the steps: with λ the gradient in θ_{t+1} and g = ⟨∇ℓ(θ_t; x, y), λ⟩, those in x and y are −rate·∂g, that in the
 * rate is −g, and that in θ_t is λ − rate·∂g/∂θ, a Hessian-vector product.
 *
 * @remarks Keeps the parameters of every step, and the activations of one alone. Call it within `tidy`.
 * @source T. Wang et al., Dataset distillation, 2018, https://arxiv.org/abs/1811.10959, section 3.2.
 */
export function unrolled(
  run: Run,
  start: readonly tf.Tensor[],
  steps: readonly DescentStep[],
  loss: Loss,
  end: (leaves: readonly tf.Tensor[]) => tf.Tensor,
): { readonly value: tf.Tensor; readonly gradients: readonly DescentStep[] } {
  const path = [start];
  for (const step of steps) path.push(stepped(run, path[path.length - 1], step, loss));
  const last = path[path.length - 1];
  const { value, gradients: first } = valueAndGradients(() => end(last), last);
  let cotangents = first;
  const gradients: DescentStep[] = [];
  for (let t = steps.length - 1; t >= 0; t--) {
    const { x, y, rate } = steps[t];
    const leaves = path[t];
    const along = () =>
      inner(
        vjp(() => lossOf(loss, run(leaves, x), y), leaves, tf.scalar(1)),
        cotangents,
      );
    const { value: slope, gradients: second } = valueAndGradients(along, [x, y, ...leaves]);
    const [byX, byY, ...byLeaves] = second.map((gradient) => tf.mul(tf.neg(rate), gradient));
    gradients.unshift({ x: byX, y: byY, rate: tf.neg(slope) });
    cotangents = cotangents.map((cotangent, i) => tf.add(cotangent, byLeaves[i]));
  }
  return { value, gradients };
}
