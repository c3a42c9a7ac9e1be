// The Laplace kernel. With d = √(q1 + q2 − 2K): K' = exp(−d), D = exp(−d)/d, which is infinite where d = 0.
// Factor of a variance: q.
import { add, div, mul, scale, shift, sub } from '../arithmetic';
import { exp } from '../elementary';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function partials<T extends number>(k: v128, f1: usize, f2: usize, order: i32): void {
  const zero = splat<T>(0);
  const square = v128.max<T>(sub<T>(add<T>(v128.load(f1), v128.load(f2)), scale<T>(2, k)), zero);
  const d = v128.sqrt<T>(square);
  const value = exp<T>(v128.neg<T>(d));
  const slope = div<T>(value, d);
  put(VALUE, value);
  put(SLOPE, slope);
  if (order < ALL) return;
  // Derivatives in K; of those in q1 and q2 each is −½ as large. Where d = 0 they are taken as 0.
  const apart = v128.gt<T>(d, zero);
  const byK = v128.and(slope, apart);
  const slopeByK = v128.and(div<T>(mul<T>(slope, shift<T>(1, d)), square), apart);
  put(VALUE_BY_K, byK);
  put(VALUE_BY_Q1, scale<T>(-0.5, byK));
  put(VALUE_BY_Q2, scale<T>(-0.5, byK));
  put(SLOPE_BY_K, slopeByK);
  put(SLOPE_BY_Q1, scale<T>(-0.5, slopeByK));
  put(SLOPE_BY_Q2, scale<T>(-0.5, slopeByK));
}
