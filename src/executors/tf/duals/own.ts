import * as tf from '#tf';
import { UnsupportedError } from '../../../base/errors.js';
import type { Dual, MomentFunction } from './dual.js';
import { type Entrywise, type Scales, weightedSum } from './quadrature.js';

const registered: Dual[] = [];

/** Keeps a dual made of a user's functions, which a Program cannot hold, for the rest of the process, under a number. */
export function registerDual(dual: Dual): number {
  return registered.push(dual) - 1;
}

/**
 * The dual of that number.
 *
 * @throws UnsupportedError when this process has none of that number.
 */
export function registeredDual(id: number): Dual {
  const dual = registered[id];
  if (dual !== undefined) return dual;
  throw new UnsupportedError(
    `activation: no function number ${id} was defined here. A Program with functions of one's own runs in the process that made it.`,
  );
}

/** The dual of a user's moment, and ∂/∂K of that, by default by automatic differentiation. */
export function ownDual(moment: MomentFunction, slope?: MomentFunction): Dual {
  const byK: MomentFunction = (k, q1, q2) => {
    // The term of nothing is for moments that do not depend on K, which tfjs refuses to differentiate.
    const value = tf.grad((x) => tf.add(moment(x, q1, q2), tf.mul(x, 0)))(k);
    return withoutGradient(value, [k, q1, q2], 'dNngpFn');
  };
  return { moment, slope: slope ?? byK };
}

/** The dual of a user's function of each entry, by quadrature as `quadratureDual`; `df` by automatic differentiation. */
export function ownQuadrature(fn: Entrywise, degree: number, df?: Entrywise): Dual {
  const first: Entrywise = (x) => withoutGradient(tf.grad(fn)(x), [x], 'df');
  const bilinear =
    (f: Entrywise): MomentFunction =>
    (...moments) =>
      weightedSum(scalesOf(...moments), degree, f, f, 'none');
  return { moment: bilinear(fn), slope: bilinear(df ?? first) };
}

/**
 * A derivative that tfjs found, cut off from what it was made of: tfjs's second derivatives lack the terms of ops that
 * save their results (exp, tanh, sqrt, …), without saying so.
 */
function withoutGradient(value: tf.Tensor, inputs: readonly tf.Tensor[], option: string): tf.Tensor {
  return tf.customGrad(() => ({
    value: tf.clone(value),
    gradFunc(): tf.Tensor[] {
      throw new UnsupportedError(
        `kernel: gradients of an NTK through a function of one's own need its derivative, got none. Pass ${option}.`,
      );
    },
  }))(...inputs);
}

/** What a quadrature needs, by ops whose gradients are finite everywhere. */
function scalesOf(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): Scales {
  // 1 where q1 > 0, by an op that tfjs can differentiate, as it cannot comparisons.
  const positive = tf.step(q1);
  const zero = tf.sub(1, positive);
  const nonzero = tf.add(q1, zero);
  const rest = tf.relu(tf.sub(tf.mul(q1, q2), tf.square(k)));
  const variance = tf.add(tf.div(tf.mul(positive, rest), nonzero), tf.mul(zero, q2));
  return {
    scale: tf.mul(positive, tf.sqrt(tf.mul(2, nonzero))),
    alpha: tf.mul(tf.mul(positive, k), tf.sqrt(tf.div(2, nonzero))),
    beta: guardedSqrt(tf.mul(2, variance)),
  };
}

/** √x, whose derivative at 0 is taken as 0. */
function guardedSqrt(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const root = tf.sqrt(input);
    save([root]);
    return { value: root, gradFunc: (dy, saved) => tf.mul(dy, tf.divNoNan(0.5, saved[0])) };
  })(x);
}
