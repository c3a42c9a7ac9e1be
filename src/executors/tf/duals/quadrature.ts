import * as tf from '#tf';
import { gaussHermite } from '../../../program/gauss-hermite.js';
import type { Dual, DualFunction, Moments } from './dual.js';
import type { TensorFunction } from './functions.js';

/** A function that acts on each entry by itself. */
export type Entrywise = (x: tf.Tensor) => tf.Tensor;

/**
 * Dual of any smooth f by Gauss–Hermite quadrature with nodes x_i and weights w_i: with a_i = √(2q1)·x_i and
 * b_ij = αx_i + βx_j, α = K√(2/q1), β = √(2(q1q2−K²)/q1): K' = (1/π) Σ_ij w_i w_j f(a_i) f(b_ij), and Θ'/Θ the same of
 * f′. The derivatives are those of the sums. Where q1 = 0, a_i = 0 and b_ij = √(2q2)·x_j.
 *
 * The rule is not symmetric in q1 and q2, but for its error.
 *
 * @param degree nodes of the rule; the time grows with its square.
 */
export function quadratureDual({ f, first, second }: TensorFunction, degree: number): Dual {
  return { moment: bilinear(f, first, degree), slope: bilinear(first, second, degree) };
}

/** E[f(u)f(v)] by the rule, given f′. */
function bilinear(f: Entrywise, derivative: Entrywise, degree: number): DualFunction {
  const total = (m: Moments, left: Entrywise, right: Entrywise, by: Weighting) =>
    weightedSum({ scale: tf.sqrt(tf.mul(2, m.q1)), ...geometry(m) }, degree, left, right, by);
  return {
    value: (m) => total(m, f, f, 'none'),
    // ∂α/∂K = √(2/q1), ∂β/∂K = −2K/(q1β), the latter 0 where β = 0.
    byK(m) {
      const { root, inverseQ1, inverseBeta } = geometry(m);
      const byBeta = tf.mul(tf.mul(-2, tf.mul(m.k, inverseQ1)), inverseBeta);
      return tf.add(
        tf.mul(root, total(m, f, derivative, 'outer')),
        tf.mul(byBeta, total(m, f, derivative, 'inner')),
      );
    },
    // ∂a/∂q1 = x/√(2q1), ∂α/∂q1 = −α/(2q1), ∂β/∂q1 = K²/(q1²β).
    byQ1(m) {
      const { root, inverseQ1, inverseBeta, alpha } = geometry(m);
      const byFirst = tf.mul(tf.div(root, 2), total(m, derivative, f, 'outer'));
      const byAlpha = tf.mul(tf.mul(-0.5, tf.mul(alpha, inverseQ1)), total(m, f, derivative, 'outer'));
      const byBeta = tf.mul(
        tf.mul(tf.square(tf.mul(m.k, inverseQ1)), inverseBeta),
        total(m, f, derivative, 'inner'),
      );
      return tf.add(tf.add(byFirst, byAlpha), byBeta);
    },
    byQ2: (m) => tf.mul(geometry(m).inverseBeta, total(m, f, derivative, 'inner')),
  };
}

/** Which node a term of the sums is multiplied by. */
export type Weighting = 'none' | 'outer' | 'inner';

function geometry({ k, q1, q2, s }: Moments) {
  const isZero = tf.equal(q1, 0);
  const inverseQ1 = tf.divNoNan(1, q1);
  const root = tf.sqrt(tf.mul(2, inverseQ1));
  const spread = tf.mul(root, s);
  const beta = tf.where(isZero, tf.add(tf.sqrt(tf.mul(2, q2)), tf.zerosLike(spread)), spread);
  return { root, inverseQ1, beta, inverseBeta: tf.divNoNan(1, beta), alpha: tf.mul(k, root) };
}

/** √(2q1), α and β. */
export interface Scales {
  readonly scale: tf.Tensor;
  readonly alpha: tf.Tensor;
  readonly beta: tf.Tensor;
}

/** (1/π) Σ_ij w_i w_j left(√(2q1)·x_i) right(αx_i + βx_j), times x_i or x_j as `by` says. */
export function weightedSum(
  { scale, alpha, beta }: Scales,
  degree: number,
  left: Entrywise,
  right: Entrywise,
  by: Weighting,
): tf.Tensor {
  const { nodes, weights } = gaussHermite(degree);
  const x = tf.tensor1d([...nodes]);
  const inner = tf.tensor1d(weights.map((w, j) => (by === 'inner' ? w * nodes[j] : w)));
  const spread = tf.mul(tf.expandDims(beta, -1), x);
  const centre = tf.expandDims(alpha, -1);
  return nodes.reduce<tf.Tensor>((sum, node, i) => {
    const values = right(tf.add(tf.mul(centre, node), spread));
    const row = tf.sum(tf.mul(values, inner), -1);
    const weight = (weights[i] / Math.PI) * (by === 'outer' ? node : 1);
    return tf.add(sum, tf.mul(tf.mul(left(tf.mul(scale, node)), weight), row));
  }, tf.zerosLike(alpha));
}
