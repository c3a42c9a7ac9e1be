// Elementary functions of SIMD registers, from their series after a reduction of the argument. Relative errors, observed
// in test/wasm/activations.test.ts: `exp` 2.2e-16 (f64) and 7.2e-8 (f32), a unit in the last place; the
// others up to 1e-15 in f64.
import { add, div, mul, scale, shift, sub } from './arithmetic';
import { splat } from './lanes';

const LOG2_E: f64 = 1.4426950408889634;
// ln 2 in two parts, the first of which times any exponent is exact.
const LN2_HIGH_64: f64 = 0.6931471803691238;
const LN2_LOW_64: f64 = 1.9082149292705877e-10;
const LN2_HIGH_32: f64 = 0.693359375;
const LN2_LOW_32: f64 = -2.12194440054690583e-4;
/** 1.5·2^52 and 1.5·2^23: added, they leave the nearest integer in a number's low bits. */
const ROUNDER_64: f64 = 6755399441055744;
const ROUNDER_32: f64 = 12582912;

// 1/k! from k = 13 down: for |r| ≤ ln 2 / 2 the series' rest is 4e-18 (from k = 7: 5e-9).
const EXP_64 = memory.data<f64>([
  1.6059043836821613e-10, 2.08767569878681e-9, 2.505210838544172e-8, 2.7557319223985893e-7, 2.7557319223985893e-6,
  2.48015873015873e-5, 1.984126984126984e-4, 1.3888888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2,
  0.16666666666666666, 0.5, 1, 1,
]);
const EXP_32 = memory.data<f32>([
  1.984126984126984e-4, 1.3888888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2, 0.16666666666666666,
  0.5, 1, 1,
]);
// 1/(2k+1)! from k = 7 down: for |x| ≤ ½ the rest is 2e-20 (from k = 3: 6e-9).
const SINH_64 = memory.data<f64>([
  7.647163731819816e-13, 1.6059043836821613e-10, 2.505210838544172e-8, 2.7557319223985893e-6,
  1.984126984126984e-4, 8.333333333333333e-3, 0.16666666666666666, 1,
]);
const SINH_32 = memory.data<f32>([1.984126984126984e-4, 8.333333333333333e-3, 0.16666666666666666, 1]);
// 1/(2k+1) from k = 16 down: for z ≤ 1/9 the rest is 2e-18 (from k = 7: 2e-9).
const ATANH_64 = memory.data<f64>([
  0.030303030303030304, 0.03225806451612903, 0.034482758620689655, 0.037037037037037035, 0.04, 0.043478260869565216,
  0.047619047619047616, 0.05263157894736842, 0.058823529411764705, 0.06666666666666667, 0.07692307692307693,
  0.09090909090909091, 0.1111111111111111, 0.14285714285714285, 0.2, 0.3333333333333333, 1,
]);
const ATANH_32 = memory.data<f32>([
  0.06666666666666667, 0.07692307692307693, 0.09090909090909091, 0.1111111111111111, 0.14285714285714285, 0.2,
  0.3333333333333333, 1,
]);

/** The polynomial in z whose `count` coefficients, highest power first, are at `table`, every `step` numbers. */
@inline
function horner<T extends number>(z: v128, table: usize, count: usize, step: usize = 1): v128 {
  let p = v128.load_splat<T>(table);
  for (let i: usize = 1; i < count; i++) {
    p = v128.add<T>(v128.mul<T>(p, z), v128.load_splat<T>(table + i * step * sizeof<T>()));
  }
  return p;
}

/** e^x; 0 and infinity beyond the range. */
export function exp<T extends number>(x: v128): v128 {
  const single = sizeof<T>() == 4;
  const rounder = splat<T>(single ? ROUNDER_32 : ROUNDER_64);
  const lowest = splat<T>(single ? -104 : -746);
  const highest = splat<T>(single ? 89 : 710);
  const inside = v128.min<T>(v128.max<T>(x, lowest), highest);
  const rounded = add<T>(scale<T>(LOG2_E, inside), rounder);
  const n = sub<T>(rounded, rounder);
  let r = sub<T>(inside, scale<T>(single ? LN2_HIGH_32 : LN2_HIGH_64, n));
  r = sub<T>(r, scale<T>(single ? LN2_LOW_32 : LN2_LOW_64, n));
  // Even and odd powers side by side: half as long a chain of dependent operations.
  const table = single ? EXP_32 : EXP_64;
  const square = mul<T>(r, r);
  const odd = horner<T>(square, table, single ? 4 : 7, 2);
  const even = horner<T>(square, table + sizeof<T>(), single ? 4 : 7, 2);
  const p = add<T>(even, mul<T>(r, odd));
  // 2^n in two factors, each of which is a normal number where 2^n is not.
  if (single) {
    const whole = i32x4.sub(rounded, rounder);
    const half = i32x4.shr_s(whole, 1);
    const bias = i32x4.splat(127);
    const first = i32x4.shl(i32x4.add(half, bias), 23);
    const second = i32x4.shl(i32x4.add(i32x4.sub(whole, half), bias), 23);
    return mul<T>(mul<T>(p, first), second);
  }
  const whole = i64x2.sub(rounded, rounder);
  const half = i64x2.shr_s(whole, 1);
  const bias = i64x2.splat(1023);
  const first = i64x2.shl(i64x2.add(half, bias), 52);
  const second = i64x2.shl(i64x2.add(i64x2.sub(whole, half), bias), 52);
  return mul<T>(mul<T>(p, first), second);
}

/** ln(1 + y) for y in [0, 1]: 2·atanh(y/(2 + y)). */
export function log1p<T extends number>(y: v128): v128 {
  const single = sizeof<T>() == 4;
  const s = div<T>(y, shift<T>(2, y));
  return mul<T>(add<T>(s, s), horner<T>(mul<T>(s, s), single ? ATANH_32 : ATANH_64, single ? 8 : 17));
}

/** sinh x for |x| ≤ ½. */
@inline
export function smallSinh<T extends number>(x: v128): v128 {
  const single = sizeof<T>() == 4;
  return mul<T>(x, horner<T>(mul<T>(x, x), single ? SINH_32 : SINH_64, single ? 4 : 8));
}

/** Where |x| < ½, the lanes' mask. */
@inline
export function isSmall<T extends number>(x: v128): v128 {
  return v128.lt<T>(v128.abs<T>(x), splat<T>(0.5));
}

/** e^{m+x} − e^{m−x}, given the two: for small x it is 2e^m·sinh x, which cancels nothing. */
@inline
export function difference<T extends number>(up: v128, down: v128, x: v128): v128 {
  const middle = mul<T>(v128.sqrt<T>(up), v128.sqrt<T>(down));
  const close = mul<T>(add<T>(middle, middle), smallSinh<T>(x));
  return v128.bitselect(close, sub<T>(up, down), isSmall<T>(x));
}

/** tanh x. */
export function tanh<T extends number>(x: v128): v128 {
  const one = splat<T>(1);
  const t = exp<T>(scale<T>(-2, v128.abs<T>(x)));
  const far = div<T>(sub<T>(one, t), add<T>(one, t));
  const signed = v128.bitselect(v128.neg<T>(far), far, v128.lt<T>(x, splat<T>(0)));
  const s = smallSinh<T>(x);
  const near = div<T>(s, v128.sqrt<T>(add<T>(one, mul<T>(s, s))));
  return v128.bitselect(near, signed, isSmall<T>(x));
}

/** e^x − 1, given e^x: for small x it is 2s(s + √(1 + s²)) with s = sinh(x/2). */
@inline
export function expm1<T extends number>(x: v128, e: v128): v128 {
  const one = splat<T>(1);
  const s = smallSinh<T>(scale<T>(0.5, x));
  const near = mul<T>(add<T>(s, s), add<T>(s, v128.sqrt<T>(add<T>(one, mul<T>(s, s)))));
  return v128.bitselect(near, sub<T>(e, one), isSmall<T>(x));
}
