// sin(x + φ). With X = exp(K − (q1+q2)/2), Y = exp(−K − (q1+q2)/2):
//   K' = [sin²φ·(X + Y) + cos²φ·(X − Y)]/2 and D the same with the squares exchanged.
// Factor of a variance: q/2. Parameters: sin²φ/2, cos²φ/2.
import { add, mul, scale, sub } from '../arithmetic';
import { difference, exp } from '../elementary';
import { REGISTER } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function factors<T extends number>(q: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += REGISTER) v128.store(to + i, scale<T>(0.5, v128.load(q + i)));
}

export function partials<T extends number>(k: v128, f1: usize, f2: usize, params: usize, order: i32): void {
  const evenPart = v128.load_splat<T>(params);
  const oddPart = v128.load_splat<T>(params + sizeof<T>());
  const mean = add<T>(v128.load(f1), v128.load(f2));
  const up = exp<T>(sub<T>(k, mean));
  const down = exp<T>(v128.neg<T>(add<T>(k, mean)));
  const even = add<T>(up, down);
  const odd = difference<T>(up, down, k);
  const value = add<T>(mul<T>(evenPart, even), mul<T>(oddPart, odd));
  const slope = add<T>(mul<T>(evenPart, odd), mul<T>(oddPart, even));
  put(VALUE, value);
  put(SLOPE, slope);
  if (order < ALL) return;
  const valueByQ = scale<T>(-0.5, value);
  const slopeByQ = scale<T>(-0.5, slope);
  put(VALUE_BY_K, slope);
  put(VALUE_BY_Q1, valueByQ);
  put(VALUE_BY_Q2, valueByQ);
  put(SLOPE_BY_K, value);
  put(SLOPE_BY_Q1, slopeByQ);
  put(SLOPE_BY_Q2, slopeByQ);
}
