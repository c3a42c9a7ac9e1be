/** Exclusive or and sum of the 32-bit words of an array: a fingerprint that one wrong bit changes. */
export function fingerprint(data: Float32Array | Float64Array): { xor: number; sum: number } {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  let xor = 0;
  let sum = 0;
  for (const word of words) {
    xor ^= word;
    sum += word;
  }
  return { xor: xor >>> 0, sum };
}
