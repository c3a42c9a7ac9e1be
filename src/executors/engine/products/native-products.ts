import { zeros } from '../../../base/dtype.js';
import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import type { Rows } from '../../pairs.js';
import type { Span } from '../../spans.js';
import type { ProductGradient, Products } from '../tiles/types.js';
import type { MatrixProduct } from './matrix-product.js';

// What fully connected networks need of the matrix product that `setMatrixProduct` set, on the calling thread.

/** Numbers of X1·X2ᵀ that exist at a time. */
const STRIP_NUMBERS = 2 ** 23;

/** 1 − cos² of two samples below which the rounding of a foreign product could hide that they are parallel. */
const PARALLEL = { float32: 1e-4, float64: 1e-10 } as const;

/** The products of a block of pairs. */
export type BlockProducts = (rows: Span, columns: Span) => Products;

/**
 * Products of samples, strip by strip: a function that makes those of a strip.
 *
 * Products of nearly parallel samples are summed as their norms are, so that a sample and its copy have an angle of exactly 0.
 */
export function nativeProducts(
  native: MatrixProduct,
  dtype: Dtype,
  { x1, x2, same }: { readonly x1: Rows; readonly x2: Rows; readonly same: boolean },
): (rows: Span, columns: Span) => Promise<BlockProducts> {
  const size = x1.data.length / x1.count;
  const norms1 = squaredNorms(dtype, x1);
  const norms2 = same ? norms1 : squaredNorms(dtype, x2);
  return async (strip, all) => {
    const width = all[1] - all[0];
    const k = await native.multiply(factor(x1, strip, size), {
      ...factor(x2, all, size),
      transposed: true,
    });
    for (let i = strip[0], at = 0; i < strip[1]; i++) {
      for (let j = all[0]; j < all[1]; j++, at++) {
        const q = norms1[i] * norms2[j];
        if (q - k[at] * k[at] < PARALLEL[dtype] * q) k[at] = dot(size, x1.data, i * size, x2.data, j * size);
      }
    }
    return (rows, columns) => {
      const block = zeros(dtype, (rows[1] - rows[0]) * (columns[1] - columns[0]));
      for (let i = rows[0]; i < rows[1]; i++) {
        const from = (i - strip[0]) * width - all[0];
        const to = (i - rows[0]) * (columns[1] - columns[0]);
        block.set(k.subarray(from + columns[0], from + columns[1]), to);
      }
      return { k: block, norms1: norms1.slice(...rows), norms2: norms2.slice(...columns) };
    };
  };
}

/** Groups cells of a grid, which are in row order, into strips whose products exist at a time. */
export function strips<Cell extends readonly [Span, Span]>(cells: readonly Cell[]): Cell[][] {
  const out: Cell[][] = [];
  const widest = Math.max(...cells.map(([, columns]) => columns[1]));
  for (const cell of cells) {
    const strip = out.at(-1);
    if (strip && (cell[0][1] - strip[0][0][0]) * widest <= STRIP_NUMBERS) strip.push(cell);
    else if (strip && strip[0][0][0] === cell[0][0]) strip.push(cell);
    else out.push([cell]);
  }
  return out;
}

/** A·X + diag(s)·Y, or Aᵀ·X + diag(s)·Y, `[y.count, size]`: see `ProductGradient`. */
export async function nativeGradient(
  native: MatrixProduct,
  { a, x, y, scales }: ProductGradient,
  transposed: boolean,
): Promise<Float64Array> {
  const size = x.data.length / x.count;
  const [rows, columns] = transposed ? [x.count, y.count] : [y.count, x.count];
  const product = await native.multiply(
    { data: a, rows, columns, transposed },
    { data: x.data, rows: x.count, columns: size, transposed: false },
  );
  const out = new Float64Array(product.length);
  for (let i = 0, at = 0; i < y.count; i++) {
    const scale = scales[i];
    for (let e = 0; e < size; e++, at++) out[at] = product[at] + scale * y.data[at];
  }
  return out;
}

function factor({ data }: Rows, [start, end]: Span, size: number) {
  const part = data.subarray(start * size, end * size);
  return { data: part, rows: end - start, columns: size, transposed: false };
}

function squaredNorms(dtype: Dtype, { data, count }: Rows): FloatArray {
  const size = data.length / count;
  const norms = zeros(dtype, count);
  for (let i = 0; i < count; i++) norms[i] = dot(size, data, i * size, data, i * size);
  return norms;
}

/** Σ of `size` products, four sums side by side. */
function dot(size: number, a: FloatArray, atA: number, b: FloatArray, atB: number): number {
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  const whole = size & ~3;
  for (let e = 0; e < whole; e += 4) {
    sum0 += a[atA + e] * b[atB + e];
    sum1 += a[atA + e + 1] * b[atB + e + 1];
    sum2 += a[atA + e + 2] * b[atB + e + 2];
    sum3 += a[atA + e + 3] * b[atB + e + 3];
  }
  for (let e = whole; e < size; e++) sum0 += a[atA + e] * b[atB + e];
  return sum0 + sum1 + (sum2 + sum3);
}
