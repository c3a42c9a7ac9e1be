/** Floating-point format of an engine run. */
export type Dtype = 'float32' | 'float64';

/** An array of one of the engine's formats. */
export type FloatArray = Float32Array | Float64Array;

/** Bytes of one number. */
export const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** A new array of zeros. */
export const zeros = (dtype: Dtype, length: number): FloatArray =>
  dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);
