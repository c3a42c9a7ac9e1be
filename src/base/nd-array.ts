/** Floating-point format of numbers. */
export type Dtype = 'float32' | 'float64';

/** The array that holds numbers of a format. */
export type FloatArray<D extends Dtype = Dtype> = D extends 'float64' ? Float64Array : Float32Array;

/** A dense row-major array; the f64 counterpart of a tfjs tensor at this library's surface. */
export interface NdArray<Data extends FloatArray = FloatArray> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Number of entries of an array of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Samples `from` to `from + count` of an array whose first axis is the samples'; shares memory. */
export function rowsOf({ shape, data }: NdArray, from: number, count: number): NdArray {
  const size = data.length / shape[0];
  return { shape: [count, ...shape.slice(1)], data: data.subarray(from * size, (from + count) * size) };
}
