// arcsin and arccos of the SIMD registers, from one polynomial:
// A(z) = asin(√z)/√z on [0, 1/4]; with e = 1−a and a = |c|,
//   asin a = a·A(a²) for a < 1/2, and acos a = √(2e)·A(e/2) above, where it keeps its relative accuracy.
// Minimax fits (Chebyshev, 40-digit arithmetic): error 5.1e-9 with 6 terms (f32), 1.7e-17 with 13 (f64).
import { splat } from './lanes';

const HALF_PI: f64 = 1.5707963267948966;
const ROOT_2: f64 = 1.4142135623730951;

// Terms of A from the highest power down. Constants are read from memory: V8 builds a register constant anew in
// every turn of a loop, which costs more than the arithmetic.
const TERMS_32 = memory.data<f32>([
  0.04241737376, 0.02399399965, 0.04552063563, 0.07494696687, 0.1666678201, 0.999999996,
]);
const TERMS_64 = memory.data<f64>([
  0.0318796214008128394, -0.0161873922715991332, 0.019513468251252168, 0.00652930200473656928,
  0.0121701385923917263, 0.0138848428264020808, 0.0173597796413499801, 0.0223717497331640541,
  0.0303819596976851382, 0.0446428568059989384, 0.0750000000038520167, 0.166666666666649412,
  1.00000000000000001,
]);

/** The next term of Horner's rule. */
// @ts-ignore: decorator
@inline
function term<T extends number>(p: v128, z: v128, i: usize): v128 {
  const table = sizeof<T>() == 4 ? TERMS_32 : TERMS_64;
  return v128.add<T>(v128.mul<T>(p, z), v128.load_splat<T>(table + i * sizeof<T>()));
}

/** A(z), z in [0, 1/4]. */
// @ts-ignore: decorator
@inline
function series<T extends number>(z: v128): v128 {
  let p = v128.load_splat<T>(sizeof<T>() == 4 ? TERMS_32 : TERMS_64);
  p = term<T>(p, z, 1);
  p = term<T>(p, z, 2);
  p = term<T>(p, z, 3);
  p = term<T>(p, z, 4);
  p = term<T>(p, z, 5);
  if (sizeof<T>() == 4) return p;
  p = term<T>(p, z, 6);
  p = term<T>(p, z, 7);
  p = term<T>(p, z, 8);
  p = term<T>(p, z, 9);
  p = term<T>(p, z, 10);
  p = term<T>(p, z, 11);
  return term<T>(p, z, 12);
}

/**
 * 1 − a for a = |k|/√p, given `inverse` = 1/√p, as ((p − k²)/p)/(1 + a): where a is near 1 this keeps the digits that
 * 1 − a loses, and it is exactly 0 for k² = p, as for identical inputs. The angle would show √eps of an error
 * there. Where p − k² leaves the range of normal numbers it is 1 − a, cleaned of the rounding of a (3 eps).
 */
// @ts-ignore: decorator
@inline
export function gap<T extends number>(p: v128, k: v128, a: v128, inverse: v128): v128 {
  const one = splat<T>(1);
  const largest: f64 = sizeof<T>() == 4 ? 1e36 : 1e300;
  const sine2 = v128.mul<T>(v128.mul<T>(v128.sub<T>(p, v128.mul<T>(k, k)), inverse), inverse);
  const close = v128.div<T>(sine2, v128.add<T>(one, a));
  const plain = v128.sub<T>(one, a);
  const regular = v128.and(v128.gt<T>(p, splat<T>(1 / largest)), v128.lt<T>(p, splat<T>(largest)));
  const clean = v128.and(plain, v128.gt<T>(plain, splat<T>(3.5 * (sizeof<T>() == 4 ? 1.1920929e-7 : 2.220446049250313e-16))));
  return v128.max<T>(v128.bitselect(close, clean, regular), splat<T>(0));
}

/** acos(a) for a in [0, 1], given e = 1 − a. */
// @ts-ignore: decorator
@inline
export function arccos<T extends number>(a: v128, e: v128): v128 {
  const far = v128.lt<T>(a, splat<T>(0.5));
  const z = v128.bitselect(v128.mul<T>(a, a), v128.mul<T>(e, splat<T>(0.5)), far);
  const x = v128.bitselect(a, v128.mul<T>(v128.sqrt<T>(e), splat<T>(ROOT_2)), far);
  const arc = v128.mul<T>(x, series<T>(z));
  return v128.bitselect(v128.sub<T>(splat<T>(HALF_PI), arc), arc, far);
}

/** asin(a) for a in [0, 1], given e = 1 − a. */
// @ts-ignore: decorator
@inline
export function arcsin<T extends number>(a: v128, e: v128): v128 {
  const far = v128.lt<T>(a, splat<T>(0.5));
  const z = v128.bitselect(v128.mul<T>(a, a), v128.mul<T>(e, splat<T>(0.5)), far);
  const x = v128.bitselect(a, v128.mul<T>(v128.sqrt<T>(e), splat<T>(ROOT_2)), far);
  const arc = v128.mul<T>(x, series<T>(z));
  return v128.bitselect(arc, v128.sub<T>(splat<T>(HALF_PI), arc), far);
}
