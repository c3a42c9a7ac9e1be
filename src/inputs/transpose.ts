import * as tf from '#tf';
import { type Axes, fromStandardOrder, isStandard, toStandardOrder } from '../tracing/axes.js';

/** A tensor of the caller's, in the standard order: samples first, channels last. */
export function toStandard(x: tf.Tensor, axes: Axes): tf.Tensor {
  return isStandard(axes, x.rank) ? x : tf.transpose(x, toStandardOrder(axes, x.rank));
}

/** A tensor in the standard order, as the caller's axes are. */
export function fromStandard(x: tf.Tensor, axes: Axes): tf.Tensor {
  return isStandard(axes, x.rank) ? x : tf.transpose(x, fromStandardOrder(axes, x.rank));
}
