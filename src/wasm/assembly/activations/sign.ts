// sign(x). With c = K/√(q1q2): K' = 1 − (2/π)·acos c, and D = 0, the finite function being constant almost everywhere.
// Factors of a variance: q and 1/√q (0 where q = 0, which gives K' = 0).
import { arccos, sineSquared } from '../arcs';
import { div, mul, scale, sub } from '../arithmetic';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

const TWO_OVER_PI: f64 = 0.6366197723675814;

export function partials<T extends number>(k: v128, f1: usize, f2: usize, plane: usize, order: i32): void {
  const zero = splat<T>(0);
  const one = splat<T>(1);
  const r1 = v128.load(f1 + plane);
  const r2 = v128.load(f2 + plane);
  const inverse = mul<T>(r1, r2);
  const a = mul<T>(v128.abs<T>(k), inverse);
  const sine2 = sineSquared<T>(mul<T>(v128.load(f1), v128.load(f2)), k, inverse);
  const arc = sub<T>(one, scale<T>(TWO_OVER_PI, arccos<T>(a, sine2)));
  const value = v128.bitselect(v128.neg<T>(arc), arc, v128.lt<T>(k, zero));
  put(VALUE, v128.and(value, v128.gt<T>(inverse, zero)));
  put(SLOPE, zero);
  if (order < ALL) return;
  // ∂K'/∂c = (2/π)/√(1−c²), taken as 0 where c² = 1.
  const byC = v128.and(div<T>(splat<T>(TWO_OVER_PI), v128.sqrt<T>(sine2)), v128.gt<T>(sine2, zero));
  const byK = mul<T>(byC, inverse);
  const pull = scale<T>(-0.5, mul<T>(byK, k));
  put(VALUE_BY_K, byK);
  put(VALUE_BY_Q1, mul<T>(pull, mul<T>(r1, r1)));
  put(VALUE_BY_Q2, mul<T>(pull, mul<T>(r2, r2)));
  put(SLOPE_BY_K, zero);
  put(SLOPE_BY_Q1, zero);
  put(SLOPE_BY_Q2, zero);
}
