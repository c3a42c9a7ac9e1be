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
