import * as tf from '#tf';
import type { FunctionName } from '../../../program/function-names.js';

/** A function on tensors, entry by entry, and its first two derivatives. */
export interface TensorFunction {
  readonly f: (x: tf.Tensor) => tf.Tensor;
  readonly first: (x: tf.Tensor) => tf.Tensor;
  readonly second: (x: tf.Tensor) => tf.Tensor;
}

const bell = (x: tf.Tensor) => tf.mul(tf.sigmoid(x), tf.sigmoid(tf.neg(x)));

const bellSlope = (x: tf.Tensor) => tf.mul(bell(x), tf.sub(1, tf.mul(2, tf.sigmoid(x))));

/** The named functions: tanh, 1/(1+e^−x), ln(1+e^x), x/(1+e^−x), and x above 0 with e^x − 1 below. */
export const namedFunctions: { readonly [Name in FunctionName]: TensorFunction } = {
  tanh: {
    f: tf.tanh,
    first: (x) => tf.sub(1, tf.square(tf.tanh(x))),
    second: (x) => tf.mul(tf.mul(-2, tf.tanh(x)), tf.sub(1, tf.square(tf.tanh(x)))),
  },
  sigmoid: { f: tf.sigmoid, first: bell, second: bellSlope },
  softplus: { f: tf.softplus, first: tf.sigmoid, second: bell },
  silu: {
    f: (x) => tf.mul(x, tf.sigmoid(x)),
    first: (x) => tf.add(tf.sigmoid(x), tf.mul(x, bell(x))),
    second: (x) => tf.add(tf.mul(2, bell(x)), tf.mul(x, bellSlope(x))),
  },
  elu: {
    f: (x) => tf.elu(x),
    first: (x) => tf.exp(tf.minimum(x, 0)),
    second: (x) => tf.mul(tf.exp(tf.minimum(x, 0)), tf.cast(tf.less(x, 0), 'float32')),
  },
};
