import { fmaF32 } from './fused-multiply-add.js';

// Cephes' log1p: numerator and denominator, highest degree first, after the leading 1 of the denominator.
const LOG1P_NUMERATOR = Float32Array.of(
  4.527e-5,
  0.49854103,
  6.5787325,
  29.911919,
  60.94967,
  57.112965,
  20.039553,
);
const LOG1P_DENOMINATOR = Float32Array.of(15.062909, 83.04757, 221.7624, 309.09872, 216.42789, 60.11866);
// √2 − 1: below, the rational form is accurate; above, 1 + x loses nothing that matters.
const RATIONAL_BELOW = Math.fround(0.41421357);

/**
 * log(1 + x) in float32, operation for operation as XLA's CPU backend computes it, for x in (−1, ∞).
 *
 * @source Cephes `unity.c` (log1p) and `logf.c`, with multiply-adds fused
 */
export function log1pF32(x: number): number {
  if (Math.abs(x) >= RATIONAL_BELOW) return logF32(Math.fround(1 + x));
  let denominator = 1;
  for (const c of LOG1P_DENOMINATOR) denominator = fmaF32(denominator, x, c);
  let numerator = LOG1P_NUMERATOR[0];
  for (let i = 1; i < LOG1P_NUMERATOR.length; i++) numerator = fmaF32(numerator, x, LOG1P_NUMERATOR[i]);
  const squared = Math.fround(x * x);
  const cubic = Math.fround(Math.fround(x * squared) * Math.fround(numerator / denominator));
  return Math.fround(x + fmaF32(squared, -0.5, cubic));
}

// logf's polynomial, degrees 8 down to 0, evaluated as three interleaved cubics.
const LOG = Float32Array.of(
  0.070376836,
  -0.1151461,
  0.116769984,
  -0.12420141,
  0.14249323,
  -0.16668057,
  0.20000714,
  -0.24999994,
  0.3333333,
);
// log 2 = LOG2_HIGH + LOG2_LOW, with the high part short enough for exponent · LOG2_HIGH to be exact.
const LOG2_HIGH = 0.693359375;
const LOG2_LOW = Math.fround(-2.1219444e-4);
const SQRT_HALF = Math.fround(Math.SQRT1_2);

const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

function logF32(x: number): number {
  float[0] = x;
  let exponent = (word[0] >>> 23) - 126;
  word[0] = (word[0] & 0x007fffff) | 0x3f000000;
  let m = float[0];
  if (m < SQRT_HALF) {
    exponent -= 1;
    m = Math.fround(Math.fround(m - 1) + m);
  } else {
    m = Math.fround(m - 1);
  }
  const m2 = Math.fround(m * m);
  const m3 = Math.fround(m2 * m);
  const high = fmaF32(fmaF32(LOG[0], m, LOG[1]), m, LOG[2]);
  const middle = fmaF32(fmaF32(LOG[3], m, LOG[4]), m, LOG[5]);
  const low = fmaF32(fmaF32(LOG[6], m, LOG[7]), m, LOG[8]);
  const series = fmaF32(fmaF32(high, m3, middle), m3, low);
  const tail = fmaF32(series, m3, Math.fround(exponent * LOG2_LOW));
  return fmaF32(exponent, LOG2_HIGH, Math.fround(fmaF32(m2, -0.5, m) + tail));
}
