// exp(−x²)·sin x. With d = 4(q1q2 − K²), e = 1 + 2(q1+q2) + d = (1+2q1)(1+2q2) − 4K², g± = (q1+q2+d ∓ 2K)/(2e) and
// F± = exp(−g±)/(2√e): K' = F₊ − F₋. The logarithms of F± have the derivatives
//   by K: l± = (8K(1 − g±) ± 1)/e, again by K: (8(1 − g±) + 16K·l± − 32K²/e)/e,
//   by q1: m± = (1 − 4h2(1 − g±))/(2e), h2 = 1 + 2q2, and by both: −(8K·n± + 2h2·l±)/e with n± = −m± − h2/e.
// Factor of a variance: q.
import { add, div, mul, scale, shift, sub } from '../arithmetic';
import { difference, exp } from '../elementary';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

/** l±, given 1 − g±. */
@inline
function byK<T extends number>(k: v128, rest: v128, one: f64, e: v128): v128 {
  return div<T>(shift<T>(one, scale<T>(8, mul<T>(k, rest))), e);
}

/** l² + ∂l/∂K. */
@inline
function twiceByK<T extends number>(k: v128, rest: v128, l: v128, e: v128): v128 {
  const ratio = div<T>(scale<T>(32, mul<T>(k, k)), e);
  const turn = sub<T>(add<T>(scale<T>(8, rest), scale<T>(16, mul<T>(k, l))), ratio);
  return add<T>(mul<T>(l, l), div<T>(turn, e));
}

/** m±. */
@inline
function byQ<T extends number>(rest: v128, h: v128, e: v128): v128 {
  return div<T>(shift<T>(1, scale<T>(-4, mul<T>(h, rest))), add<T>(e, e));
}

/** l·m + ∂l/∂q. */
@inline
function byBoth<T extends number>(k: v128, l: v128, m: v128, h: v128, e: v128): v128 {
  const n = add<T>(m, div<T>(h, e));
  const turn = sub<T>(scale<T>(8, mul<T>(k, n)), scale<T>(2, mul<T>(h, l)));
  return add<T>(mul<T>(l, m), div<T>(turn, e));
}

export function partials<T extends number>(k: v128, f1: usize, f2: usize, order: i32): void {
  const one = splat<T>(1);
  const q1 = v128.load(f1);
  const q2 = v128.load(f2);
  const sum = add<T>(q1, q2);
  const d = scale<T>(4, v128.max<T>(sub<T>(mul<T>(q1, q2), mul<T>(k, k)), splat<T>(0)));
  const e = add<T>(shift<T>(1, scale<T>(2, sum)), d);
  const twice = add<T>(k, k);
  const middle = add<T>(sum, d);
  const upG = div<T>(sub<T>(middle, twice), add<T>(e, e));
  const downG = div<T>(add<T>(middle, twice), add<T>(e, e));
  const front = div<T>(splat<T>(0.5), v128.sqrt<T>(e));
  const upExp = exp<T>(v128.neg<T>(upG));
  const downExp = exp<T>(v128.neg<T>(downG));
  const up = mul<T>(front, upExp);
  const down = mul<T>(front, downExp);
  put(VALUE, mul<T>(front, difference<T>(upExp, downExp, div<T>(k, e))));
  const upRest = sub<T>(one, upG);
  const downRest = sub<T>(one, downG);
  const upL = byK<T>(k, upRest, 1, e);
  const downL = byK<T>(k, downRest, -1, e);
  const slope = sub<T>(mul<T>(up, upL), mul<T>(down, downL));
  put(SLOPE, slope);
  if (order < ALL) return;
  put(VALUE_BY_K, slope);
  const steepUp = mul<T>(up, twiceByK<T>(k, upRest, upL, e));
  put(SLOPE_BY_K, sub<T>(steepUp, mul<T>(down, twiceByK<T>(k, downRest, downL, e))));
  for (let side = 0; side < 2; side++) {
    const h = shift<T>(1, scale<T>(2, side == 0 ? q2 : q1));
    const upM = byQ<T>(upRest, h, e);
    const downM = byQ<T>(downRest, h, e);
    const valueByQ = sub<T>(mul<T>(up, upM), mul<T>(down, downM));
    const slopeByQ = sub<T>(mul<T>(up, byBoth<T>(k, upL, upM, h, e)), mul<T>(down, byBoth<T>(k, downL, downM, h, e)));
    put(side == 0 ? VALUE_BY_Q1 : VALUE_BY_Q2, valueByQ);
    put(side == 0 ? SLOPE_BY_Q1 : SLOPE_BY_Q2, slopeByQ);
  }
}
