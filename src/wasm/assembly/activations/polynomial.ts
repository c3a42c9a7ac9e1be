// Polynomials φ of degree L. With s_l(q) = E[φ⁽ˡ⁾(u)], u ~ N(0, q): K' = Σ_l s_l(q1)s_l(q2)K^l/l! and D = ∂K'/∂K.
// Nothing is divided by a variance, and ds_l/dq = s_{l+2}/2.
// Factors of a variance: s_0 … s_L. Parameters: L; ½ (0 where the s_l are constants, as Hermite's); then for each l the
// coefficients of s_l as a polynomial in q, highest power first, one for every other power of φ from l on.
import { add, mul, scale } from '../arithmetic';
import { REGISTER, splat } from '../lanes';
import {
  ALL, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';

export function factors<T extends number>(q: usize, to: usize, stride: usize, bytes: usize, params: usize): void {
  const degree = <i32>load<T>(params);
  let row = params + 2 * sizeof<T>();
  for (let l = 0; l <= degree; l++) {
    const powers = (degree - l) / 2;
    for (let i: usize = 0; i < bytes; i += REGISTER) {
      const variance = v128.load(q + i);
      let p = v128.load_splat<T>(row);
      for (let j = 1; j <= powers; j++) {
        p = add<T>(mul<T>(p, variance), v128.load_splat<T>(row + <usize>j * sizeof<T>()));
      }
      v128.store(to + i, p);
    }
    row += <usize>(powers + 1) * sizeof<T>();
    to += stride;
  }
}

export function partials<T extends number>(
  k: v128, f1: usize, f2: usize, plane: usize, params: usize, order: i32,
): void {
  const degree = <i32>load<T>(params);
  const zero = splat<T>(0);
  const half = v128.load_splat<T>(params + sizeof<T>());
  let value = zero;
  let slope = zero;
  let steep = zero;
  let valueByQ1 = zero;
  let valueByQ2 = zero;
  let slopeByQ1 = zero;
  let slopeByQ2 = zero;
  // K^l/l! and the two before it.
  let power = splat<T>(1);
  let before = zero;
  let beforeThat = zero;
  for (let l = 0; l <= degree; l++) {
    const s1 = v128.load(f1);
    const s2 = v128.load(f2);
    const product = mul<T>(s1, s2);
    value = add<T>(value, mul<T>(product, power));
    slope = add<T>(slope, mul<T>(product, before));
    if (order == ALL) {
      steep = add<T>(steep, mul<T>(product, beforeThat));
      if (l + 2 <= degree) {
        const byQ1 = mul<T>(v128.load(f1 + 2 * plane), s2);
        const byQ2 = mul<T>(v128.load(f2 + 2 * plane), s1);
        valueByQ1 = add<T>(valueByQ1, mul<T>(byQ1, power));
        valueByQ2 = add<T>(valueByQ2, mul<T>(byQ2, power));
        slopeByQ1 = add<T>(slopeByQ1, mul<T>(byQ1, before));
        slopeByQ2 = add<T>(slopeByQ2, mul<T>(byQ2, before));
      }
    }
    beforeThat = before;
    before = power;
    power = scale<T>(1 / <f64>(l + 1), mul<T>(power, k));
    f1 += plane;
    f2 += plane;
  }
  put(VALUE, value);
  put(SLOPE, slope);
  if (order < ALL) return;
  put(VALUE_BY_K, slope);
  put(VALUE_BY_Q1, mul<T>(half, valueByQ1));
  put(VALUE_BY_Q2, mul<T>(half, valueByQ2));
  put(SLOPE_BY_K, steep);
  put(SLOPE_BY_Q1, mul<T>(half, slopeByQ1));
  put(SLOPE_BY_Q2, mul<T>(half, slopeByQ2));
}
