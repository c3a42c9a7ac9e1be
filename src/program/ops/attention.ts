import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../base/nd-array.js';
import type { OpBase } from './op.js';
import { multiplyPositions } from './position-matrices.js';
import { rowsOf } from './rows.js';
import { allOffsets, type OpRule } from './rule.js';

/** ζ: what attention makes of the scores of a query's keys. */
export type AttentionMechanism = 'softmax' | 'identity' | 'abs' | 'relu';

/**
 * K'[p,p'] = Σ_r Σ_r' G1[p,r]·G2[p',r']·K[r,r'], with G = ζ(scale·K + bias) of each sample's covariances with itself, p being
 * the query and r the key. Θ alike.
 */
export interface AttentionOp extends OpBase<'attention'> {
  readonly mechanism: AttentionMechanism;
  readonly scale: number;
  /** Added to the scores, `[query, key]`; null: nothing. */
  readonly bias: readonly (readonly number[])[] | null;
  /** Where in the rows there is 1 for each key to attend to and 0 for the others; null: all of them. */
  readonly keys: number | null;
}

/** The score of keys that softmax is to leave out. */
export const LEFT_OUT = -1e20;

/** How executors run `attention`. */
export const attentionRule: OpRule<AttentionOp> = {
  needs: (_op, _offset, inputShape) => allOffsets(inputShape),
  readsRows: ({ keys }) => keys !== null,
  evaluate({ shape, mechanism, scale, bias, keys }, [input], { source }) {
    const p = sizeOf(shape);
    const visible = keys === null ? null : rowsOf('attention', source, keys, p);
    const weights = (covariance: tf.Tensor4D, rows: tf.Tensor2D | null | undefined): tf.Tensor3D => {
      let scores: tf.Tensor = tf.mul(tf.reshape(covariance, [-1, p, p]), scale);
      if (bias !== null) scores = tf.add(scores, tf.tensor3d([bias.map((row) => [...row])]));
      if (rows) {
        const seen = tf.reshape(rows, [-1, 1, p]);
        scores = tf.mul(scores, seen);
        if (mechanism === 'softmax') scores = tf.add(scores, tf.mul(tf.sub(1, seen), LEFT_OUT));
      }
      return mechanisms[mechanism](scores) as tf.Tensor3D;
    };
    const first = weights(input.cov1, visible?.first);
    const second = input.cov2 && weights(input.cov2, visible?.second);
    return multiplyPositions(input, shape, first, second);
  },
};

const mechanisms: { readonly [Name in AttentionMechanism]: (scores: tf.Tensor) => tf.Tensor } = {
  softmax: (scores) => tf.softmax(scores),
  identity: (scores) => scores,
  abs: (scores) => tf.abs(scores),
  relu: (scores) => tf.relu(scores),
};
