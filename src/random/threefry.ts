/**
 * The Threefry-2x32 block function with 20 rounds: encrypts the counter (x0, x1) under the key (k0, k1).
 *
 * All words are 32-bit; signed and unsigned views are both accepted, since only the bits matter.
 *
 * @param out receives the two encrypted words at `out[0]` and `out[1]`
 * @source Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011)
 */
export function threefry2x32(k0: number, k1: number, x0: number, x1: number, out: Uint32Array): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let a = (x0 + k0) | 0;
  let b = (x1 + k1) | 0;

  a = (a + b) | 0;
  b = a ^ ((b << 13) | (b >>> 19));
  a = (a + b) | 0;
  b = a ^ ((b << 15) | (b >>> 17));
  a = (a + b) | 0;
  b = a ^ ((b << 26) | (b >>> 6));
  a = (a + b) | 0;
  b = a ^ ((b << 6) | (b >>> 26));
  a = (a + k1) | 0;
  b = (b + k2 + 1) | 0;

  a = (a + b) | 0;
  b = a ^ ((b << 17) | (b >>> 15));
  a = (a + b) | 0;
  b = a ^ ((b << 29) | (b >>> 3));
  a = (a + b) | 0;
  b = a ^ ((b << 16) | (b >>> 16));
  a = (a + b) | 0;
  b = a ^ ((b << 24) | (b >>> 8));
  a = (a + k2) | 0;
  b = (b + k0 + 2) | 0;

  a = (a + b) | 0;
  b = a ^ ((b << 13) | (b >>> 19));
  a = (a + b) | 0;
  b = a ^ ((b << 15) | (b >>> 17));
  a = (a + b) | 0;
  b = a ^ ((b << 26) | (b >>> 6));
  a = (a + b) | 0;
  b = a ^ ((b << 6) | (b >>> 26));
  a = (a + k0) | 0;
  b = (b + k1 + 3) | 0;

  a = (a + b) | 0;
  b = a ^ ((b << 17) | (b >>> 15));
  a = (a + b) | 0;
  b = a ^ ((b << 29) | (b >>> 3));
  a = (a + b) | 0;
  b = a ^ ((b << 16) | (b >>> 16));
  a = (a + b) | 0;
  b = a ^ ((b << 24) | (b >>> 8));
  a = (a + k1) | 0;
  b = (b + k2 + 4) | 0;

  a = (a + b) | 0;
  b = a ^ ((b << 13) | (b >>> 19));
  a = (a + b) | 0;
  b = a ^ ((b << 15) | (b >>> 17));
  a = (a + b) | 0;
  b = a ^ ((b << 26) | (b >>> 6));
  a = (a + b) | 0;
  b = a ^ ((b << 6) | (b >>> 26));
  out[0] = a + k2;
  out[1] = b + k0 + 5;
}
