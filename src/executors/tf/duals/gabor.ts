import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';
import { expDifference } from './sine.js';

/**
 * Dual of exp(−x²)·sin x. With d = 4(q1q2−K²), e = 1 + 2(q1+q2) + d, g± = (q1+q2+d ∓ 2K)/(2e) and
 * F± = exp(−g±)/(2√e): K' = F₊ − F₋. Every derivative is a difference of F± times derivatives of their logarithms:
 * by K l± = (8K(1−g±) ± 1)/e, by q1 m± = (1 − 4h(1−g±))/(2e) with h = 1 + 2q2.
 */
export const gaborDual: Dual = {
  moment: {
    value(moments) {
      const { e, exps, front } = parts(moments);
      return tf.mul(front, expDifference(exps[0], exps[1], tf.div(moments.k, e)));
    },
    byK: slope,
    byQ1: (moments) => combine(moments, ({ m }) => m),
  },
  slope: {
    value: slope,
    // l² + (8(1−g) + 16K·l − 32K²/e)/e
    byK: (moments) =>
      combine(moments, ({ k, rest, l, e }) => {
        const turn = tf.sub(
          tf.add(tf.mul(8, rest), tf.mul(16, tf.mul(k, l))),
          tf.div(tf.mul(32, tf.square(k)), e),
        );
        return tf.add(tf.square(l), tf.div(turn, e));
      }),
    // l·m + (8K(m + h/e) − 2h·l)/e
    byQ1: (moments) =>
      combine(moments, ({ k, l, m, h, e }) => {
        const turn = tf.sub(tf.mul(tf.mul(8, k), tf.add(m, tf.div(h, e))), tf.mul(2, tf.mul(h, l)));
        return tf.add(tf.mul(l, m), tf.div(turn, e));
      }),
  },
};

function slope(moments: Moments): tf.Tensor {
  return combine(moments, ({ l }) => l);
}

function parts({ k, q1, q2, s }: Moments) {
  const sum = tf.add(q1, q2);
  const d = tf.mul(4, tf.square(s));
  const e = tf.add(tf.add(1, tf.mul(2, sum)), d);
  const twice = tf.mul(2, e);
  const middle = tf.add(sum, d);
  const doubled = tf.mul(2, k);
  const gs = [tf.div(tf.sub(middle, doubled), twice), tf.div(tf.add(middle, doubled), twice)];
  return { e, gs, exps: gs.map((g) => tf.exp(tf.neg(g))), front: tf.mul(0.5, tf.rsqrt(e)) };
}

/** What a factor of F₊ or F₋ is made of. */
interface Branch {
  readonly k: tf.Tensor;
  readonly rest: tf.Tensor;
  readonly l: tf.Tensor;
  readonly m: tf.Tensor;
  readonly h: tf.Tensor;
  readonly e: tf.Tensor;
}

/** F₊·factor₊ − F₋·factor₋. */
function combine(moments: Moments, factor: (branch: Branch) => tf.Tensor): tf.Tensor {
  const { k, q2 } = moments;
  const { e, gs, exps, front } = parts(moments);
  const h = tf.add(1, tf.mul(2, q2));
  const [plus, minus] = [1, -1].map((sign, i) => {
    const rest = tf.sub(1, gs[i]);
    const l = tf.div(tf.add(tf.mul(tf.mul(8, k), rest), sign), e);
    const m = tf.div(tf.sub(0.5, tf.mul(tf.mul(2, h), rest)), e);
    return tf.mul(exps[i], factor({ k, rest, l, m, h, e }));
  });
  return tf.mul(front, tf.sub(plus, minus));
}
