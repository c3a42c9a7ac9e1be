/** A dense row-major array; the f64 counterpart of a tfjs tensor at this library's surface. */
export interface NdArray<Data extends Float64Array | Float32Array = Float64Array | Float32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Number of entries of an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
