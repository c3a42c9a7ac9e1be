// 1[x ≥ 0]·xⁿ. With θ the angle, s = √(q1q2)·sin θ: G_0 = π − θ, G_1 = s + K·G_0,
// G_{m+1} = (2m+1)K·G_m + m²s²·G_{m−1}, nothing divided: K' = G_n/2π, D = n²G_{n−1}/2π. G_m is homogeneous, so
// 2q1·∂G_m/∂q1 = mG_m − K·∂G_m/∂K, with ∂G_m/∂K = m²G_{m−1} and, for m = 0, 1/s (taken as 0 where s = 0).
// Factors of a variance: q and 1/√q (0 where q = 0, which gives θ = π/2). Parameter: n.
import { arccos, sineSquared } from '../arcs';
import { add, div, mul, scale, sub } from '../arithmetic';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

const PI: f64 = 3.141592653589793;
const ONE_OVER_2PI: f64 = 0.15915494309189535;

/** E[φ(u)φ(v)] of the step function where a variance is 0: its value at 0 is 1, its mean elsewhere ½. */
@inline
function stepAtZero<T extends number>(q1: v128, q2: v128, regular: v128): v128 {
  const zero = splat<T>(0);
  const one = splat<T>(1);
  const half = splat<T>(0.5);
  const m1 = v128.bitselect(one, half, v128.eq<T>(q1, zero));
  const m2 = v128.bitselect(one, half, v128.eq<T>(q2, zero));
  const some = v128.or(v128.eq<T>(q1, zero), v128.eq<T>(q2, zero));
  return v128.bitselect(mul<T>(m1, m2), regular, some);
}

export function partials<T extends number>(
  k: v128, f1: usize, f2: usize, plane: usize, params: usize, order: i32,
): void {
  const n = <i32>load<T>(params);
  const zero = splat<T>(0);
  const q1 = v128.load(f1);
  const q2 = v128.load(f2);
  const r1 = v128.load(f1 + plane);
  const r2 = v128.load(f2 + plane);
  const inverse = mul<T>(r1, r2);
  const p = mul<T>(mul<T>(q1, r1), mul<T>(q2, r2));
  const a = mul<T>(v128.abs<T>(k), inverse);
  const sine2 = sineSquared<T>(mul<T>(q1, q2), k, inverse);
  const angle = arccos<T>(a, sine2);
  const s = mul<T>(p, v128.sqrt<T>(sine2));
  const s2 = mul<T>(s, s);
  let last = v128.bitselect(angle, sub<T>(splat<T>(PI), angle), v128.lt<T>(k, zero));
  let before = zero;
  let beforeThat = zero;
  for (let m = 1; m <= n; m++) {
    const tail = m == 1 ? s : scale<T>(<f64>(m - 1) * <f64>(m - 1), mul<T>(s2, before));
    const next = add<T>(scale<T>(2 * <f64>m - 1, mul<T>(k, last)), tail);
    beforeThat = before;
    before = last;
    last = next;
  }
  const square = <f64>n * <f64>n;
  const slope = scale<T>(square * ONE_OVER_2PI, before);
  const value = scale<T>(ONE_OVER_2PI, last);
  put(VALUE, n == 0 ? stepAtZero<T>(q1, q2, value) : value);
  put(SLOPE, slope);
  if (order < ALL) return;
  // The derivatives of G_0, the singular ones.
  const singular = v128.and(div<T>(splat<T>(1), s), v128.gt<T>(s, zero));
  const singularPull = v128.neg<T>(mul<T>(k, singular));
  const m = <f64>(n - 1);
  let valueByK = slope;
  let slopeByK = scale<T>(square * m * m * ONE_OVER_2PI, beforeThat);
  let valuePull = sub<T>(scale<T>(<f64>n * ONE_OVER_2PI, last), mul<T>(k, slope));
  let slopePull = sub<T>(scale<T>(m, slope), mul<T>(k, slopeByK));
  if (n == 0) {
    valueByK = scale<T>(ONE_OVER_2PI, singular);
    valuePull = scale<T>(ONE_OVER_2PI, singularPull);
    slopeByK = zero;
    slopePull = zero;
  } else if (n == 1) {
    valuePull = scale<T>(ONE_OVER_2PI, s);
    slopeByK = scale<T>(ONE_OVER_2PI, singular);
    slopePull = scale<T>(ONE_OVER_2PI, singularPull);
  } else if (n == 2) {
    slopePull = scale<T>(4 * ONE_OVER_2PI, s);
  }
  const half1 = scale<T>(0.5, mul<T>(r1, r1));
  const half2 = scale<T>(0.5, mul<T>(r2, r2));
  put(VALUE_BY_K, valueByK);
  put(VALUE_BY_Q1, mul<T>(valuePull, half1));
  put(VALUE_BY_Q2, mul<T>(valuePull, half2));
  put(SLOPE_BY_K, slopeByK);
  put(SLOPE_BY_Q1, mul<T>(slopePull, half1));
  put(SLOPE_BY_Q2, mul<T>(slopePull, half2));
}
