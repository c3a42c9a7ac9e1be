import * as tf from '@tensorflow/tfjs';
import { UnsupportedError } from '../../../errors.js';
import type { Dual, DualFunction, Moments } from './dual.js';

/** A function of a covariance and the two variances, tensors of one shape, entry by entry. */
export type MomentFunction = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => tf.Tensor;

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

/** The dual of a user's function from its moment, and ∂/∂K of that (by default by automatic differentiation). */
export function ownDual(moment: MomentFunction, slope: MomentFunction = partial(moment, 0)): Dual {
  return { moment: differentiated(moment), slope: differentiated(slope) };
}

function differentiated(f: MomentFunction): DualFunction {
  const at = (g: MomentFunction) => (moments: Moments) => {
    const [k, q1, q2] = spread(moments);
    return g(k, q1, q2);
  };
  return { value: at(f), byK: at(partial(f, 0)), byQ1: at(partial(f, 1)), byQ2: at(partial(f, 2)) };
}

/** The partial derivative in argument number `index`, 0 where the function does not depend on it. */
function partial(f: MomentFunction, index: number): MomentFunction {
  return (...moments) => {
    const along = (x: tf.Tensor): tf.Tensor => {
      const [k, q1, q2] = moments.map((moment, i) => (i === index ? x : moment));
      return tf.add(f(k, q1, q2), tf.mul(x, 0));
    };
    return tf.grad(along)(moments[index]);
  };
}

/** K, q1 and q2 in the shape of K. */
function spread({ k, q1, q2 }: Moments): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return [k, tf.broadcastTo(q1, k.shape), tf.broadcastTo(q2, k.shape)];
}
