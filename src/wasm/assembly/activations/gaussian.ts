// exp(bx²). With v = 1 − 2bq and u = v1·v2 − (2bK)² = 1 − 2b(q1+q2) + 4b²(q1q2 − K²):
//   K' = 1/√u, D = 4b²K·u^(−3/2). Where u ≤ 0 the second moment is infinite.
// Factor of a variance: q. Parameter: b.
import { add, div, mul, scale, shift, sub } from '../arithmetic';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function partials<T extends number>(k: v128, f1: usize, f2: usize, params: usize, order: i32): void {
  const twice = scale<T>(2, v128.load_splat<T>(params));
  const q1 = v128.load(f1);
  const q2 = v128.load(f2);
  const square = mul<T>(twice, twice);
  const rest = v128.max<T>(sub<T>(mul<T>(q1, q2), mul<T>(k, k)), splat<T>(0));
  const linear = shift<T>(1, v128.neg<T>(mul<T>(twice, add<T>(q1, q2))));
  const u = v128.max<T>(add<T>(linear, mul<T>(square, rest)), splat<T>(0));
  const value = div<T>(splat<T>(1), v128.sqrt<T>(u));
  const cube = div<T>(mul<T>(square, value), u);
  put(VALUE, value);
  put(SLOPE, mul<T>(k, cube));
  if (order < ALL) return;
  // ∂u/∂q1 = −2b·v2.
  const tv1 = mul<T>(twice, shift<T>(1, v128.neg<T>(mul<T>(twice, q1))));
  const tv2 = mul<T>(twice, shift<T>(1, v128.neg<T>(mul<T>(twice, q2))));
  const valueByU = scale<T>(0.5, div<T>(value, u));
  const slopeByU = scale<T>(1.5, div<T>(mul<T>(k, cube), u));
  const steep = shift<T>(1, scale<T>(3, div<T>(mul<T>(square, mul<T>(k, k)), u)));
  put(VALUE_BY_K, mul<T>(k, cube));
  put(VALUE_BY_Q1, mul<T>(valueByU, tv2));
  put(VALUE_BY_Q2, mul<T>(valueByU, tv1));
  put(SLOPE_BY_K, mul<T>(cube, steep));
  put(SLOPE_BY_Q1, mul<T>(slopeByU, tv2));
  put(SLOPE_BY_Q2, mul<T>(slopeByU, tv1));
}
