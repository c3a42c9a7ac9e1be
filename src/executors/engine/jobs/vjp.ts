import { zeros } from '../../../base/dtype.js';
import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import { sharedZeros } from '../../../base/shared-memory.js';
import type { Program } from '../../../program/program.js';
import { addAt, addTranspose, putBlock, transpose } from '../../matrix-blocks.js';
import type { PairCotangents, PairGradients, Rows, VjpJob } from '../../pairs.js';
import type { Span } from '../../spans.js';
import { isSymmetric } from '../lowering/activations.js';
import { lower } from '../lowering/lower.js';
import { programCotangents } from '../lowering/step-cotangents.js';
import { compile } from '../planning/compile.js';
import { productGradient } from '../products/product-gradients.js';
import { blockSize, gridOf } from '../tasks/blocks.js';
import { segmentSize } from '../tasks/segments.js';
import type { PoolOptions } from '../tasks/task-pool.js';
import { runGrid } from './grid.js';

/**
 * Gradients of Σ nngp̄∘nngp + Σ ntk̄∘ntk in x1, in x2 and in the Program's constants: f64 sums of the segments' sums, in the
 * segments' order. x2 null: in x1 through both arguments, from one triangle.
 */
export async function engineVjp(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  cotangent: PairCotangents,
  { sides, constants = false, same, ...options }: VjpJob & PoolOptions,
): Promise<PairGradients> {
  if (x2 && x1.count > x2.count && isSymmetric(program)) {
    const turn = (field: FloatArray | null) => field && transpose(field, x1.count, x2.count);
    const turned = { nngp: turn(cotangent.nngp), ntk: turn(cotangent.ntk) };
    const turnedSides = { x1: sides.x2, x2: sides.x1 };
    const job = { sides: turnedSides, constants, same, ...options };
    const gradients = await engineVjp(program, x2, x1, turned, job);
    return { x1: gradients.x2, x2: gradients.x1, constants: gradients.constants };
  }
  const self = x2 === null;
  const pairs = { x1, x2: x2 ?? x1, same: self || same };
  const [n1, n2] = [x1.count, pairs.x2.count];
  const gradient = self ? { x1: true, x2: true } : sides;
  const ntk = cotangent.ntk !== null;
  const plans = compile(program, { dtype: options.dtype, ntk, gradient, constants, columns: n2 });
  const { product, inputSize } = plans.pair;
  // With a matrix product a block brings one number a sample: what its own norm's cotangent is.
  const size = product ? 1 : inputSize;
  const block = blockSize(plans, n1, n2);
  const segment = segmentSize(plans, [n1, n2], block, { perPair: product ? 1 : 0, perSample: size });
  const g1 = gradient.x1 ? new Float64Array(n1 * size) : null;
  const g2 = self ? g1 : gradient.x2 ? new Float64Array(n2 * size) : null;
  const products = product && (sides.x1 || sides.x2) ? sharedZeros(options.dtype, n1 * n2) : null;
  const gathered = new Float64Array(plans.pair.constantSize);
  await runGrid(
    plans,
    gridOf(n1, n2, segment, self),
    pairs,
    options,
    ([rows, columns], samples) => {
      const part = (field: FloatArray | null) =>
        field && cotangentBlock(field, n2, rows, columns, self, options.dtype);
      const diagonal = pairs.same ? columns[0] - rows[0] : undefined;
      const cotangents = { nngp: part(cotangent.nngp), ntk: part(cotangent.ntk) };
      return { kind: 'vjp', ...samples, cotangent: cotangents, diagonal, triangle: self, block };
    },
    (result, [rows, columns]) => {
      if (result.x1 && g1) addAt(g1, rows[0] * size, result.x1);
      if (result.x2 && g2) addAt(g2, columns[0] * size, result.x2);
      if (result.products && products) putBlock(products, n2, rows, columns, result.products);
      addAt(gathered, 0, result.constants);
    },
  );
  const gConstants = constants ? programCotangents(program, lower(program), gathered) : null;
  if (!products) {
    const wanted = product ? { x1: null, x2: null } : { x1: g1, x2: self ? null : g2 };
    return { ...wanted, constants: gConstants };
  }
  if (self) addTranspose(products, n1);
  const gradientOf = (transposed: boolean, x: Rows, y: Rows, numbers: Float64Array) => {
    const scales = zeros(options.dtype, numbers.length);
    scales.set(numbers);
    const a = transposed ? transpose(products, n1, n2) : products;
    return productGradient(plans, { a, x, y, scales }, options);
  };
  const [first, second] = await Promise.all([
    g1 && gradientOf(false, pairs.x2, x1, g1),
    self || !g2 ? null : gradientOf(true, x1, pairs.x2, g2),
  ]);
  return { x1: first, x2: second, constants: gConstants };
}

/** A block of the cotangent; for x1 with itself, both triangles' cotangents on the upper one. */
function cotangentBlock(
  field: FloatArray,
  n2: number,
  rows: Span,
  columns: Span,
  self: boolean,
  dtype: Dtype,
): FloatArray {
  const block = zeros(dtype, (rows[1] - rows[0]) * (columns[1] - columns[0]));
  let at = 0;
  for (let i = rows[0]; i < rows[1]; i++) {
    for (let j = columns[0]; j < columns[1]; j++, at++) {
      if (!self || i === j) block[at] = field[i * n2 + j];
      else if (i < j) block[at] = field[i * n2 + j] + field[j * n2 + i];
    }
  }
  return block;
}
