// Loops over contiguous f64 vectors, on raw memory.

import { FOUR_A_GROUP, GROUP, REGISTER, TWO_A_GROUP } from '../lanes';

/** Numbers of a register. */
export const LANES: i32 = <i32>REGISTER / 8;

const SUMS = memory.data(64, 64);

/** The sum of eight sums side by side, in as many of these registers as they fill. */
export function sumOfEight(s0: v128, s1: v128, s2: v128, s3: v128): f64 {
  v128.store(SUMS, s0);
  if (TWO_A_GROUP) v128.store(SUMS, s1, REGISTER);
  if (FOUR_A_GROUP) {
    v128.store(SUMS, s2, 2 * REGISTER);
    v128.store(SUMS, s3, 3 * REGISTER);
  }
  const even = load<f64>(SUMS) + load<f64>(SUMS, 16) + (load<f64>(SUMS, 32) + load<f64>(SUMS, 48));
  const odd = load<f64>(SUMS, 8) + load<f64>(SUMS, 24) + (load<f64>(SUMS, 40) + load<f64>(SUMS, 56));
  return even + odd;
}

/** Σ x·y, eight sums side by side whatever a register holds. */
export function dot(n: i32, x: usize, y: usize): f64 {
  let s0 = v128.splat<f64>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i = 0;
  for (; i + 8 <= n; i += 8, x += GROUP, y += GROUP) {
    s0 = v128.add<f64>(s0, v128.mul<f64>(v128.load(x), v128.load(y)));
    if (TWO_A_GROUP) {
      s1 = v128.add<f64>(s1, v128.mul<f64>(v128.load(x, REGISTER), v128.load(y, REGISTER)));
    }
    if (FOUR_A_GROUP) {
      s2 = v128.add<f64>(s2, v128.mul<f64>(v128.load(x, 2 * REGISTER), v128.load(y, 2 * REGISTER)));
      s3 = v128.add<f64>(s3, v128.mul<f64>(v128.load(x, 3 * REGISTER), v128.load(y, 3 * REGISTER)));
    }
  }
  let sum = sumOfEight(s0, s1, s2, s3);
  for (; i < n; i++, x += 8, y += 8) sum += load<f64>(x) * load<f64>(y);
  return sum;
}

/** x += factor · y */
export function addScaled(n: i32, x: usize, factor: f64, y: usize): void {
  const factors = v128.splat<f64>(factor);
  let i = 0;
  for (; i + LANES <= n; i += LANES, x += REGISTER, y += REGISTER) {
    v128.store(x, v128.add<f64>(v128.load(x), v128.mul<f64>(factors, v128.load(y))));
  }
  for (; i < n; i++, x += 8, y += 8) store<f64>(x, load<f64>(x) + factor * load<f64>(y));
}

/** x *= factor */
export function scale(n: i32, x: usize, factor: f64): void {
  for (let i = 0; i < n; i++, x += 8) store<f64>(x, load<f64>(x) * factor);
}
