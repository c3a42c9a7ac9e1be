// e^x (σ = 1) and, σ = −1, √2·sin(√2·x + π/4) (the RBF kernel): K' = D = exp(K + σ(q1 + q2)/2).
// Factor of a variance: σq/2. Parameter: σ.
import { add, mul, scale } from '../arithmetic';
import { exp } from '../elementary';
import { REGISTER } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function factors<T extends number>(q: usize, to: usize, bytes: usize, params: usize): void {
  const half = scale<T>(0.5, v128.load_splat<T>(params));
  for (let i: usize = 0; i < bytes; i += REGISTER) v128.store(to + i, mul<T>(half, v128.load(q + i)));
}

export function partials<T extends number>(k: v128, f1: usize, f2: usize, params: usize, order: i32): void {
  const value = exp<T>(add<T>(k, add<T>(v128.load(f1), v128.load(f2))));
  put(VALUE, value);
  put(SLOPE, value);
  if (order < ALL) return;
  const byQ = mul<T>(scale<T>(0.5, v128.load_splat<T>(params)), value);
  put(VALUE_BY_K, value);
  put(VALUE_BY_Q1, byQ);
  put(VALUE_BY_Q2, byQ);
  put(SLOPE_BY_K, value);
  put(SLOPE_BY_Q1, byQ);
  put(SLOPE_BY_Q2, byQ);
}
