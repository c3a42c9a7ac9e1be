// The map K' = √(q1q2)·E, D = γE with E = exp(γ(c + shift)), c = K/√(q1q2) (0 where a variance is 0).
// Factors of a variance: q and 1/√q (0 where q = 0). Parameters: γ, shift, 1 to clip c to [−1, 1], and 1 for ∂K'/∂γ and ∂D/∂γ
// in place of K' and D.
import { add, mul, scale, shift } from '../arithmetic';
import { exp } from '../elementary';
import { splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function partials<T extends number>(
  k: v128, f1: usize, f2: usize, plane: usize, params: usize, order: i32,
): void {
  const gamma = v128.load_splat<T>(params);
  const r1 = v128.load(f1 + plane);
  const r2 = v128.load(f2 + plane);
  const inverse = mul<T>(r1, r2);
  const p = mul<T>(mul<T>(v128.load(f1), r1), mul<T>(v128.load(f2), r2));
  let c = mul<T>(k, inverse);
  if (load<T>(params + 2 * sizeof<T>()) != 0) c = v128.max<T>(v128.min<T>(c, splat<T>(1)), splat<T>(-1));
  const shifted = add<T>(c, v128.load_splat<T>(params + sizeof<T>()));
  const e = exp<T>(mul<T>(gamma, shifted));
  const slope = mul<T>(gamma, e);
  if (load<T>(params + 3 * sizeof<T>()) != 0) {
    put(VALUE, mul<T>(mul<T>(p, shifted), e));
    put(SLOPE, add<T>(e, mul<T>(slope, shifted)));
    return;
  }
  const value = mul<T>(p, e);
  put(VALUE, value);
  put(SLOPE, slope);
  if (order < ALL) return;
  // ∂p/∂q1 = p/(2q1), ∂c/∂q1 = −c/(2q1).
  const turn = mul<T>(gamma, c);
  const valuePull = scale<T>(0.5, mul<T>(value, shift<T>(1, v128.neg<T>(turn))));
  const slopePull = scale<T>(-0.5, mul<T>(slope, turn));
  put(VALUE_BY_K, slope);
  put(VALUE_BY_Q1, mul<T>(valuePull, mul<T>(r1, r1)));
  put(VALUE_BY_Q2, mul<T>(valuePull, mul<T>(r2, r2)));
  put(SLOPE_BY_K, mul<T>(mul<T>(gamma, slope), inverse));
  put(SLOPE_BY_Q1, mul<T>(slopePull, mul<T>(r1, r1)));
  put(SLOPE_BY_Q2, mul<T>(slopePull, mul<T>(r2, r2)));
}
