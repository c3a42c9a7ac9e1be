/**
 * a·b + c rounded once to float32, for float32 arguments.
 *
 * The product of two float32 is exact in float64, so only the sum is rounded before the last step.
 */
export function fmaF32(a: number, b: number, c: number): number {
  return Math.fround(a * b + c);
}

// 2^27 + 1 cuts a float64 into two halves of 26 bits whose products are exact.
const SPLITTER = 134217729;
// Above this, SPLITTER · b could overflow.
const SPLITTABLE = 2 ** 990;

/**
 * a·b + c rounded (almost always) once to float64, by Dekker's product and Knuth's sum; |a| ≤ 1.
 *
 * @source Ogita, Rump, Oishi, "Accurate sum and dot product" (SIAM J. Sci. Comput. 26, 2005), algorithms 3.1 to 3.3
 */
export function fmaF64(a: number, b: number, c: number): number {
  const product = a * b;
  if (!(Math.abs(b) < SPLITTABLE)) return product + c;
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const rest = sum - product;
  const sumError = product - (sum - rest) + (c - rest);
  return sum + (sumError + productError);
}
