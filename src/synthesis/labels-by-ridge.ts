import * as tf from '#tf';
import { valueAndGradients } from '../finite/gradients.js';
import { lossOf } from '../finite/training/loss.js';
import { cholesky, choleskySolve } from '../linalg/cholesky.js';
import type { LabelGradients, LabelStep, LabelStepOptions } from './label-step.js';
import { drawLearner, type LearnerDraw } from './learner.js';

/**
 * Through the last layer w that ridge regression fits from features Φ to labels y: w = Φᵀ(ΦΦᵀ + λI)⁻¹y is linear in y. The layer
 * that is tested, and that trains the features, is the running mean of these.
 */
export function labelsByRidge(
  draw: LearnerDraw,
  { x, y, real }: LabelStep,
  { networkRate, reg, share }: LabelStepOptions,
): LabelGradients {
  const numClasses = real.y.shape[1] as number;
  const { run, leaves: all } = drawLearner({ ...draw, numClasses: null });
  const counted = draw.params ? all.length - 1 : all.length;
  const leaves = all.slice(0, counted);
  const features = run(leaves, x);
  const width = features.shape[1] as number;
  const before = draw.params ? all[counted] : tf.zeros([width, numClasses]);
  const fit = tf.matMul(features, ridgeInverse(features, reg), true, false);
  // The first layer of a network is the fit itself, not a hundredth of it.
  const part = draw.params ? share : 1;
  const head = tf.add(tf.mul(1 - part, before), tf.mul(part, tf.matMul(fit, y)));
  const tested = run(leaves, real.x);
  const loss = valueAndGradients(() => lossOf('xent', tf.matMul(tested, head), real.y), [head]);
  const labels = tf.mul(part, tf.matMul(fit, loss.gradients[0], true, false));
  const { gradients } = valueAndGradients(() => lossOf('xent', tf.matMul(run(leaves, x), head), y), leaves);
  const next = leaves.map((leaf, i) => tf.sub(leaf, tf.mul(networkRate, gradients[i])));
  return { loss: loss.value, labels, leaves: [...next, head] };
}

/** (ΦΦᵀ + λI)⁻¹, in float64, λ being `reg` times the mean of the diagonal. */
function ridgeInverse(features: tf.Tensor, reg: number): tf.Tensor {
  const n = features.shape[0];
  const gram = Float64Array.from(tf.matMul(features, features, false, true).dataSync());
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i];
  for (let i = 0; i < n; i++) gram[i * n + i] += (reg * trace) / n + Number.MIN_VALUE;
  const result = cholesky(gram, n);
  const one = new Float64Array(n * n);
  for (let i = 0; i < n; i++) one[i * n + i] = 1;
  const inverse = result.ok ? choleskySolve(result.factor, n, one, n) : one.fill(Number.NaN);
  return tf.tensor(Float32Array.from(inverse), [n, n]);
}
