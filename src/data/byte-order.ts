/** Reverses the bytes of every item, in place: big-endian to little-endian and back. */
export function swapBytes(bytes: Uint8Array, itemSize: number): void {
  for (let start = 0; start + itemSize <= bytes.length; start += itemSize) {
    bytes.subarray(start, start + itemSize).reverse();
  }
}

/** A copy of a part of `bytes` in a buffer of its own, so that arrays of wider items can view it. */
export function ownedBytes(bytes: Uint8Array, start: number, end = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}
