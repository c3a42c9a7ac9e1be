import * as tf from '#tf';
import { hasBackend } from '../../base/has-backend.js';
import type { FloatArray } from '../../base/nd-array.js';
import { sizeOf } from '../../base/nd-array.js';
import { mixesBatch } from '../../program/batch-sizes.js';
import type { Program } from '../../program/program.js';
import type { Executor } from '../executor.js';
import { addAt, putBlock, putSymmetric } from '../matrix-blocks.js';
import type {
  CostJob,
  JobCost,
  PairCotangents,
  PairExecutor,
  PairField,
  PairOptions,
  Rows,
} from '../pairs.js';
import { allocateFields } from '../result-memory.js';
import { ridgeByPairs } from '../ridge-by-pairs.js';
import { slice } from '../slice.js';
import { type Span, spans } from '../spans.js';
import { tfExecutor } from './executor.js';

/** Bytes of tensors that a block may take. */
const BLOCK_BYTES = 64 * 2 ** 20;

/** Tensors of an op's size that exist at a time: its inputs, its result and what they are made of. */
const TENSORS = 8;

/**
 * Pairs of samples by the tf executor, block by block on the calling thread, in float32: for networks that the engine cannot run.
 */
export const tfPairs: PairExecutor = {
  name: 'tf',
  refusal(program, dtype) {
    if (program.ops.some(mixesBatch)) return 'the network mixes the samples of a batch.';
    if (dtype === 'float32') {
      if (hasBackend()) return null;
      return 'the network runs on the tf executor, which needs a backend of tfjs. Install @tensorflow/tfjs and import it.';
    }
    return "functions of one's own, and images of more than three axes, are computed in float32 alone. Pass dtype 'float32'.";
  },
  async gram(program, x1, x2, { fields, resultDtype = 'float32', block, ...options }) {
    const right = x2 ?? x1;
    const out = allocateFields(fields, x1.count, right.count, resultDtype);
    const size = block ? Math.min(block.rows, block.columns) : blockSize(program);
    await eachBlock(x1, x2, size, options, async (rows, columns) => {
      const results = await covariances(program, slice(x1, rows), pairOf(x2, x1, rows, columns), fields);
      fields.forEach((field, i) => {
        if (x2 === null) putSymmetric(out[field]!, x1.count, rows, columns, results[i]);
        else putBlock(out[field]!, right.count, rows, columns, results[i]);
      });
    });
    return out;
  },
  async vjp(program, x1, x2, cotangents, { sides, same, ...options }) {
    if (same && x2 !== null && program.ops.some(({ op }) => op === 'dropout')) {
      throw new Error(
        'tf: the two gradients of a network with dropout in the same samples are not told apart.',
      );
    }
    const size = program.inputSize;
    const right = x2 ?? x1;
    const g1 = x2 === null || sides.x1 ? new Float64Array(x1.count * size) : null;
    const g2 = x2 === null ? g1 : sides.x2 ? new Float64Array(x2.count * size) : null;
    await eachBlock(x1, x2, blockSize(program), options, async (rows, columns) => {
      const part = cotangentsOf(cotangents, right.count, rows, columns, x2 === null);
      const other = pairOf(x2, x1, rows, columns);
      const [part1, part2] = await gradients(program, slice(x1, rows), other, part);
      if (g1 && part1) addAt(g1, rows[0] * size, part1);
      if (g2 && part2) addAt(g2, columns[0] * size, part2);
    });
    return { x1: g1, x2: x2 === null ? null : g2, constants: null };
  },
  ridge: (program, supports, targets, job) => ridgeByPairs(tfPairs, program, supports, targets, job),
  cost(program, { n1, n2 }: CostJob): JobCost {
    const size = blockSize(program);
    const tasks = Math.ceil(n1 / size) * Math.ceil((n2 ?? n1) / size);
    const workPerPair = program.ops.reduce((sum, { shape }) => sum + sizeOf(shape) ** 2, 0);
    return { tasks, work: n1 * (n2 ?? n1) * workPerPair, workPerPair, workerBytes: BLOCK_BYTES };
  },
};

/** Samples a side of a block: what fits into memory at the op with the most positions. */
function blockSize({ ops }: Program): number {
  const largest = Math.max(...ops.map(({ shape }) => sizeOf(shape) ** 2));
  return Math.max(1, Math.floor(Math.sqrt(BLOCK_BYTES / (4 * TENSORS * largest))));
}

/** The second side of a block; null: the first one itself. */
const pairOf = (x2: Rows | null, x1: Rows, rows: Span, columns: Span): Rows | null =>
  x2 === null && rows[0] === columns[0] ? null : slice(x2 ?? x1, columns);

/** Visits the blocks in row order, of x1 with itself those of a triangle, and gives way to others between them. */
async function eachBlock(
  x1: Rows,
  x2: Rows | null,
  size: number,
  { signal, onProgress }: PairOptions | Omit<PairOptions, 'dtype'>,
  visit: (rows: Span, columns: Span) => Promise<void>,
): Promise<void> {
  const right = x2 ?? x1;
  const blocks = spans(x1.count, size).flatMap((rows) =>
    spans(right.count, size)
      .filter((columns) => x2 !== null || columns[0] >= rows[0])
      .map((columns) => [rows, columns] as const),
  );
  const pairs = ([rows, columns]: readonly [Span, Span]) => (rows[1] - rows[0]) * (columns[1] - columns[0]);
  const total = blocks.reduce((sum, block) => sum + pairs(block), 0);
  let done = 0;
  for (const block of blocks) {
    signal?.throwIfAborted();
    await visit(...block);
    done += pairs(block);
    onProgress?.(done, total);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Covariances of a block, `[n1, n2]` each. */
async function covariances(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  fields: readonly PairField[],
): Promise<Float32Array[]> {
  const results = tf.tidy(() => {
    const values = evaluate(program, tensorOf(x1), x2 && tensorOf(x2), fields);
    return fields.map((field) => values[field]!);
  });
  const data = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return data as Float32Array[];
}

/** Gradients of a block in the inputs' part of its rows; of x1 with itself one, through both arguments. */
async function gradients(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  cotangents: PairCotangents,
): Promise<(Float32Array | undefined)[]> {
  const fields = (['nngp', 'ntk'] as const).filter((field) => cotangents[field] !== null);
  const shape: [number, number] = [x1.count, (x2 ?? x1).count];
  const results = tf.tidy(() => {
    const sum = (a: tf.Tensor, b: tf.Tensor | null): tf.Tensor => {
      const values = evaluate(program, a, b, fields);
      const terms = fields.map((field) => {
        const cotangent = tf.tensor2d(Float32Array.from(cotangents[field]!), shape);
        return tf.sum(tf.mul(tf.reshape(values[field]!, shape), cotangent));
      });
      return terms.reduce((total, term) => tf.add(total, term));
    };
    const sides = x2 === null ? [tensorOf(x1)] : [tensorOf(x1), tensorOf(x2)];
    const found = tf.grads((...args: tf.Tensor[]) => sum(args[0], args[1] ?? null))(sides);
    return found.map((g) => tf.slice(tf.reshape(g, [g.shape[0], -1]), [0, 0], [-1, program.inputSize]));
  });
  const data = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return data as Float32Array[];
}

function evaluate(
  program: Program,
  x1: tf.Tensor,
  x2: tf.Tensor | null,
  fields: readonly PairField[],
): ReturnType<Executor['evaluate']> {
  return tfExecutor.evaluate(program, { x1, x2 }, fields);
}

const tensorOf = ({ data, count }: Rows): tf.Tensor =>
  tf.tensor2d(Float32Array.from(data), [count, data.length / count]);

/** A block of the cotangents; of x1 with itself, a block right of the diagonal stands for its mirror image as well. */
function cotangentsOf(
  cotangents: PairCotangents,
  n2: number,
  rows: Span,
  columns: Span,
  self: boolean,
): PairCotangents {
  const mirrored = self && rows[0] !== columns[0];
  const part = (field: FloatArray | null): FloatArray | null => {
    if (field === null) return null;
    const block = new Float32Array((rows[1] - rows[0]) * (columns[1] - columns[0]));
    let at = 0;
    for (let i = rows[0]; i < rows[1]; i++) {
      for (let j = columns[0]; j < columns[1]; j++, at++) {
        block[at] = field[i * n2 + j] + (mirrored ? field[j * n2 + i] : 0);
      }
    }
    return block;
  };
  return { nngp: part(cotangents.nngp), ntk: part(cotangents.ntk) };
}
