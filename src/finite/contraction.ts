import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';
import { gemm } from '../linalg/product.js';
import type { Shape, Tree } from '../tracing/tree.js';
import type { Block } from './blocks.js';
import { evaluate } from './evaluation.js';
import { jvp } from './gradients.js';
import { gradientsOfEntry, type Point } from './jacobian.js';
import type { OutputEntries } from './output-axes.js';
import { samplesBetween } from './samples.js';
import type { Work } from './work.js';

/** Rows of numbers, one for each entry of outputs, sorted as `OutputEntries.place` says. */
export interface SortedRows {
  readonly entries: OutputEntries;
  readonly width: number;
  readonly data: Float64Array;
}

/** Rows of `width` numbers, one an entry of the outputs, in the order that products need. */
export function sortRows(rows: Float64Array, entries: OutputEntries, width: number): SortedRows {
  const { place } = entries;
  if (place.every((to, from) => to === from)) return { entries, width, data: rows };
  const data = new Float64Array(rows.length);
  place.forEach((to, from) => {
    data.set(rows.subarray(from * width, (from + 1) * width), to * width);
  });
  return { entries, width, data };
}

/**
 * The products of rows of two outputs `[diagonal, both1, both2]`, over `trace`.
 *
 * @param trace number of the outputs' entries that are averaged over.
 */
export function contractRows(rows1: SortedRows, rows2: SortedRows, trace: number): Float64Array {
  const { diagonal } = rows1.entries;
  const [n1, n2] = [rows1.entries.both, rows2.entries.both];
  const depth = rows1.entries.trace * rows1.width;
  const result = new Float64Array(diagonal * n1 * n2);
  for (let d = 0; d < diagonal; d++) {
    const left = rows1.data.subarray(d * n1 * depth, (d + 1) * n1 * depth);
    const right = rows2.data.subarray(d * n2 * depth, (d + 1) * n2 * depth);
    result.set(gemm(n1, n2, depth, left, right, { transposeB: true }), d * n1 * n2);
  }
  return trace === 1 ? result : result.map((entry) => entry / trace);
}

/** Samples of one side, and the entries of their outputs. */
export interface BlockInputs {
  readonly x: Tree<tf.Tensor>;
  readonly block: Block;
  readonly shape: Shape;
  readonly entries: OutputEntries;
}

/** As `contractRows` of the derivatives' rows, without these: a column J1·(J2ᵀ·e) for each entry of the outputs for x2. */
export async function vectorProducts(
  point: Point,
  [side1, side2]: readonly [BlockInputs, BlockInputs],
  trace: number,
  work: Work,
): Promise<Float64Array> {
  const { where, network, params, leaves } = point;
  const { diagonal, both: n1, trace: traced } = side1.entries;
  const { both: n2 } = side2.entries;
  const result = new Float64Array(diagonal * n1 * n2);
  for (let entry = 0; entry < sizeOf(side2.shape); entry++) {
    const column = tf.tidy(() => {
      const tangents = gradientsOfEntry(point, side2.x, side2.block, side2.shape, entry);
      const own = samplesBetween(side1.x, side1.block.from, side1.block.to);
      const run = () => evaluate(where, network, params, own);
      return jvp(run, leaves, tangents, tf.zeros([...side1.shape]));
    });
    const values = await column.data();
    column.dispose();
    const place2 = side2.entries.place[entry];
    const [pair2, t2] = [Math.floor(place2 / traced), place2 % traced];
    const d2 = Math.floor(pair2 / n2);
    side1.entries.place.forEach((place1, from) => {
      const pair1 = Math.floor(place1 / traced);
      if (place1 % traced !== t2 || Math.floor(pair1 / n1) !== d2) return;
      result[pair1 * n2 + (pair2 % n2)] += values[from] / trace;
    });
    await work.step();
  }
  return result;
}
