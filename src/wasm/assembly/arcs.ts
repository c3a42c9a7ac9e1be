// Angles of pairs from their covariance k and variances q1, q2: with p = q1q2, c = k/√p and a = |c|,
//   sin²θ = (p − k²)/p, which is exactly 0 for identical inputs (their angle is 0, not √eps), and
//   1 − a = sin²θ/(1 + a), which keeps the digits that subtracting a from 1 loses near a = 1. The reciprocal of 1 + a
//   can be had while sin²θ is still being computed.
//
// acos a = √(1−a)·P(a) on [0, 1]; or, to more digits for the same work, from A(z) = asin(√z)/√z on [0, 1/4]:
// asin a = a·A(a²) for a < 1/2 and acos a = 2√z·A(z), z = (1−a)/2, above.
// Chebyshev fits in 40-digit arithmetic: P of 8 terms is off by 2.8e-8 (f32); A by 5.1e-9 with 6 terms (f32) and
// by 1.7e-17 with 13 (f64).
import { splat } from './lanes';

// Constants are read from memory: V8 makes a register constant anew in every turn of a loop.
const NUMBERS_32 = memory.data<f32>([1, 0.5, 1.5707963267948966]);
const NUMBERS_64 = memory.data<f64>([1, 0.5, 1.5707963267948966]);
const P_32 = memory.data<f32>([
  -0.00121173777, 0.006491521428, -0.01684105242, 0.03072212242, -0.0501143031, 0.0889688532, -0.2145981556,
  1.570796298,
]);
const A_32 = memory.data<f32>([
  0.04241737376, 0.02399399965, 0.04552063563, 0.07494696687, 0.1666678201, 0.999999996,
]);
const A_64 = memory.data<f64>([
  0.0318796214008128394, -0.0161873922715991332, 0.019513468251252168, 0.00652930200473656928,
  0.0121701385923917263, 0.0138848428264020808, 0.0173597796413499801, 0.0223717497331640541,
  0.0303819596976851382, 0.0446428568059989384, 0.0750000000038520167, 0.166666666666649412,
  1.00000000000000001,
]);

/** The i-th of 1, 1/2, π/2. */
@inline
function number<T extends number>(i: usize): v128 {
  return v128.load_splat<T>((sizeof<T>() == 4 ? NUMBERS_32 : NUMBERS_64) + i * sizeof<T>());
}

@inline
export function one<T extends number>(): v128 {
  return number<T>(0);
}

/** The i-th coefficient of a table. */
@inline
function coefficient<T extends number>(table: usize, i: usize): v128 {
  return v128.load_splat<T>(table + i * sizeof<T>());
}

/** a + b·z. */
@inline
function join<T extends number>(a: v128, b: v128, z: v128): v128 {
  return v128.add<T>(a, v128.mul<T>(b, z));
}

/** The i-th coefficient plus z times the one before, which is of the next power. */
@inline
function pair<T extends number>(table: usize, i: usize, z: v128): v128 {
  return join<T>(coefficient<T>(table, i), coefficient<T>(table, i - 1), z);
}

/** A(z), z in [0, 1/4], by Estrin's scheme: its steps wait for few others, and waiting is what f64 spends its time on. */
@inline
function seriesA<T extends number>(z: v128): v128 {
  const z2 = v128.mul<T>(z, z);
  const z4 = v128.mul<T>(z2, z2);
  if (sizeof<T>() == 4) {
    const low = join<T>(pair<T>(A_32, 5, z), pair<T>(A_32, 3, z), z2);
    return join<T>(low, pair<T>(A_32, 1, z), z4);
  }
  const low = join<T>(pair<T>(A_64, 12, z), pair<T>(A_64, 10, z), z2);
  const middle = join<T>(pair<T>(A_64, 8, z), pair<T>(A_64, 6, z), z2);
  const top = join<T>(pair<T>(A_64, 4, z), pair<T>(A_64, 2, z), z2);
  const high = join<T>(top, coefficient<T>(A_64, 0), z4);
  return join<T>(join<T>(low, middle, z4), high, v128.mul<T>(z4, z4));
}

/** P(a), a in [0, 1], by Horner's rule, which has the fewest steps. */
@inline
function seriesP(a: v128): v128 {
  let p = pair<f32>(P_32, 1, a);
  p = join<f32>(coefficient<f32>(P_32, 2), p, a);
  p = join<f32>(coefficient<f32>(P_32, 3), p, a);
  p = join<f32>(coefficient<f32>(P_32, 4), p, a);
  p = join<f32>(coefficient<f32>(P_32, 5), p, a);
  p = join<f32>(coefficient<f32>(P_32, 6), p, a);
  return join<f32>(coefficient<f32>(P_32, 7), p, a);
}

/** sin²θ, given p = q1q2 and `inverse` = 1/√p. */
@inline
export function sineSquared<T extends number>(p: v128, k: v128, inverse: v128): v128 {
  const rest = v128.sub<T>(p, v128.mul<T>(k, k));
  return v128.pmax<T>(v128.mul<T>(v128.mul<T>(rest, inverse), inverse), splat<T>(0));
}

/** 1 − a, given sin²θ. */
@inline
function gap<T extends number>(a: v128, sine2: v128): v128 {
  return v128.mul<T>(sine2, v128.div<T>(one<T>(), v128.add<T>(one<T>(), a)));
}

/** acos a for a = |cos θ| in [0, 1], given sin²θ. */
@inline
export function arccos<T extends number>(a: v128, sine2: v128): v128 {
  const e = gap<T>(a, sine2);
  const far = v128.lt<T>(a, number<T>(1));
  if (sizeof<T>() == 4) {
    // Where a variance is 0, a and sin²θ both are, and θ is to be π/2.
    const apart = v128.bitselect(v128.sub<T>(one<T>(), a), e, far);
    return v128.mul<T>(v128.sqrt<T>(apart), seriesP(a));
  }
  const z = v128.bitselect(v128.mul<T>(a, a), v128.mul<T>(e, number<T>(1)), far);
  const arc = v128.mul<T>(v128.sqrt<T>(z), seriesA<T>(z));
  return v128.bitselect(v128.sub<T>(number<T>(2), arc), v128.add<T>(arc, arc), far);
}

/** asin a for a = |cos θ| in [0, 1], given sin²θ. */
@inline
export function arcsin<T extends number>(a: v128, sine2: v128): v128 {
  const far = v128.lt<T>(a, number<T>(1));
  const z = v128.bitselect(v128.mul<T>(a, a), v128.mul<T>(gap<T>(a, sine2), number<T>(1)), far);
  const root = v128.bitselect(a, v128.sqrt<T>(z), far);
  const arc = v128.mul<T>(root, seriesA<T>(z));
  return v128.bitselect(arc, v128.sub<T>(number<T>(2), v128.add<T>(arc, arc)), far);
}
