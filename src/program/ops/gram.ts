import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../nd-array.js';
import type { OpBase } from '../program.js';
import { noOffset, type OpRule } from './rule.js';

/** Input covariance K[p,p'] = (1/C) Σ_c x1[p,c] x2[p',c]; Θ = 0. Without inputs. */
export interface GramOp extends OpBase<'gram'> {
  readonly channels: number;
}

/** How executors run `gram`. */
export const gramRule: OpRule<GramOp> = {
  needs: noOffset,
  evaluate(op, _inputs, { source }) {
    if ('given' in source) {
      throw new TypeError(
        'gram: the Program starts from inputs, got covariances. Pass { x1, x2 } as the source.',
      );
    }
    const { shape, channels } = op;
    const p = sizeOf(shape);
    const points1 = tf.reshape(source.x1, [-1, p, channels]);
    const points2 = source.x2 === null ? null : tf.reshape(source.x2, [-1, p, channels]);
    const withItself = (points: tf.Tensor): tf.Tensor4D => {
      const covariance = tf.div(tf.matMul(points, points, false, true), channels);
      return tf.reshape(covariance, [points.shape[0], p, 1, p]);
    };
    const rows = tf.reshape(points1, [-1, channels]);
    const columns = points2 === null ? rows : tf.reshape(points2, [-1, channels]);
    const nngp = tf.div(tf.matMul(rows, columns, false, true), channels);
    return {
      shape,
      nngp: tf.reshape(nngp, [points1.shape[0], p, (points2 ?? points1).shape[0], p]),
      ntk: null,
      cov1: withItself(points1),
      cov2: points2 && withItself(points2),
    };
  },
};
