import type { FloatArray } from '../../../base/nd-array.js';

/** A factor of a matrix product, row-major `[rows, columns]`, and whether its transpose is meant. */
export interface MatrixFactor {
  readonly data: FloatArray;
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/**
 * A dense matrix product that is faster than the engine's own: a native library behind Node, an add-on, a GPU.
 *
 * The engine's own is in WebAssembly and the default. Another one does the products of networks of one position (fully
 * connected ones), `gram`'s X1·X2ᵀ and `gramVjp`'s two more; all else stays in the engine.
 */
export interface MatrixProduct {
  /** For messages, e.g. `'onnxruntime-node'`. */
  readonly name: string;
  /** The product of two factors of one precision, row-major, in that precision. */
  multiply(left: MatrixFactor, right: MatrixFactor): Promise<FloatArray>;
}

let current: MatrixProduct | null = null;

/**
 * Sets the matrix product of fully connected networks; null: the engine's own, in WebAssembly, again.
 *
 * The engine's own gives the same bits on every machine. A native one has the bits of its library, its machine and its threads.
 *
 * @example
 * ```ts
 * import { setMatrixProduct } from 'neural-tangents';
 * // With `npm install onnxruntime-node`: setMatrixProduct(await onnxMatrixProduct());
 * setMatrixProduct(null);
 * ```
 */
export function setMatrixProduct(product: MatrixProduct | null): void {
  current = product;
}

/** What `setMatrixProduct` set. */
export function matrixProduct(): MatrixProduct | null {
  return current;
}
