import * as tf from '#tf';
import type { AnyArray } from '../base/any-array.js';
import { NonFiniteError, ShapeError, UnsupportedError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { byDefault, type Complete, isWhole, oneOf, optional, rule } from '../base/options.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
import { checkInputs, readInputs } from '../inputs/check-input.js';
import type { Params } from '../stax/layer/params.js';
import { leavesOf, type Shape, type Tree } from '../tracing/tree.js';
import { type Block, blocksOf } from './blocks.js';
import { contractRows, sortRows, vectorProducts } from './contraction.js';
import { checkIndependent, type Outputs, readOutputs } from './evaluation.js';
import { jacobianRows } from './jacobian.js';
import type { NetworkFunction } from './network-function.js';
import {
  type AxisRole,
  addBlock,
  axisRoles,
  kernelShape,
  type OutputAxesOptions,
  outputAxesOptions,
  outputEntries,
} from './output-axes.js';
import { countOf, trainableLeaves } from './parameters.js';
import { countSamples, inputTensors } from './samples.js';
import { Work } from './work.js';

/** A kernel of a finite network. */
export type EmpiricalField = 'nngp' | 'ntk';

/**
 * How an empirical NTK is computed; the numbers are the same. `JACOBIAN_CONTRACTION`: the derivatives of every output of every
 * sample, multiplied. `NTK_VECTOR_PRODUCTS`: column by column, one reverse and one forward derivative each, in memory for
 * the parameters alone.
 */
export type NtkImplementation = 'JACOBIAN_CONTRACTION' | 'NTK_VECTOR_PRODUCTS';

/** Options of `empiricalNngp`, and of the others here. */
export interface EmpiricalOptions extends OutputAxesOptions, WorkOptions {
  /** Samples in a block, on either side. Default: as many as have derivatives of 256 MB, all of them if `vmapAxes` is null. */
  readonly batchSize?: number;
  /**
   * `0` (default): a sample's outputs depend on it alone, which is checked, and samples are differentiated one by one. `null`:
   * samples are mixed (batch normalisation) or noise is drawn; blocks are differentiated as they are.
   */
  readonly vmapAxes?: 0 | null;
}

/** Options of `empiricalNtk`. */
export interface EmpiricalNtkOptions extends EmpiricalOptions {
  /** Default `JACOBIAN_CONTRACTION`. */
  readonly implementation?: NtkImplementation;
}

/** {@link EmpiricalOptions}. */
export const empiricalOptions = {
  ...outputAxesOptions,
  batchSize: optional(rule('must be a whole number from 1', isWhole(1))),
  vmapAxes: byDefault(
    0,
    rule<0 | null>(
      'must be 0 or null',
      (axes) => axes === null || axes === 0,
      'Samples are the first axis.',
      UnsupportedError,
    ),
  ),
  ...workOptions,
};

/** {@link EmpiricalNtkOptions}. */
export const empiricalNtkOptions = {
  ...empiricalOptions,
  implementation: byDefault(
    'JACOBIAN_CONTRACTION',
    oneOf<NtkImplementation>(['JACOBIAN_CONTRACTION', 'NTK_VECTOR_PRODUCTS'], 'must be', UnsupportedError),
  ),
};

type ReadOptions = Complete<typeof empiricalNtkOptions>;

/** Numbers of a block's derivatives by default. */
const BLOCK_NUMBERS = 2 ** 25;

/** One side of a kernel: its samples, and the outputs for them. */
interface Side {
  readonly x: Tree<tf.Tensor>;
  readonly outputs: Outputs;
}

/** A network, where it is differentiated, and between which samples. */
interface Job {
  readonly where: string;
  readonly network: NetworkFunction<never>;
  readonly params: Params;
  readonly sides: readonly [Side, Side];
  readonly roles: readonly AxisRole[];
  readonly options: ReadOptions;
}

/** Reads both sides, computes the fields block by block, and disposes of what it made. */
export async function computeKernels(
  where: string,
  network: NetworkFunction<never>,
  params: Params,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  fields: readonly EmpiricalField[],
  options: ReadOptions,
): Promise<Partial<Record<EmpiricalField, NdArray<Float64Array>>>> {
  const inputs1 = readInputs(where, 'x1', x1);
  const inputs2 = x2 === null || x2 === x1 ? null : readInputs(where, 'x2', x2);
  checkInputs(where, inputs1, inputs2);
  const leaves = fields.includes('ntk') ? trainableLeaves(where, params) : [];
  const made: tf.Tensor[] = [];
  const sideOf = async (samples: Tree<NdArray>): Promise<Side> => {
    const x = inputTensors(samples);
    made.push(...leavesOf(x));
    return { x, outputs: await outputsOf(where, network, params, x, options) };
  };
  try {
    const side1 = await sideOf(inputs1);
    const side2 = inputs2 === null ? side1 : await sideOf(inputs2);
    const roles = axisRoles(where, side1.outputs.shape, options);
    checkSides(where, side1.outputs.shape, side2.outputs.shape, roles);
    const job: Job = { where, network, params, sides: [side1, side2], roles, options };
    const result: Partial<Record<EmpiricalField, NdArray<Float64Array>>> = {};
    if (fields.includes('nngp')) result.nngp = nngpOf(job);
    if (fields.includes('ntk')) result.ntk = await ntkOf(job, leaves);
    for (const [field, kernel] of Object.entries(result)) checkFinite(where, field, kernel);
    return result;
  } finally {
    tf.dispose(made);
  }
}

/** The outputs of all samples, run in blocks of the size asked for. */
async function outputsOf(
  where: string,
  network: NetworkFunction<never>,
  params: Params,
  x: Tree<tf.Tensor>,
  { batchSize, vmapAxes }: ReadOptions,
): Promise<Outputs> {
  const count = countSamples(x);
  const blocks = blocksOf(count, batchSize ?? count);
  const parts: Outputs[] = [];
  for (const block of blocks) parts.push(await readOutputs(where, network, params, x, block));
  if (vmapAxes !== null) await checkIndependent(where, network, params, x, blocks[0], parts[0]);
  if (parts.length === 1) return parts[0];
  parts.forEach(({ shape }, i) => {
    const samples = blocks[i].to - blocks[i].from;
    if (shape[0] === samples) return;
    throw new ShapeError(
      `${where}: the network must return outputs [${samples}, …] for a block of ${samples} samples, got [${shape}]. ` +
        'Leave batchSize out.',
    );
  });
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [count, ...parts[0].shape.slice(1)], data };
}

/** Checks that two outputs have a kernel: equal sizes but for axes that the kernel has twice. */
function checkSides(where: string, shape1: Shape, shape2: Shape, roles: readonly AxisRole[]): void {
  const misfit = roles.findIndex(
    (role, axis) => shape1[axis] !== shape2[axis] && (role !== 'both' || axis > 0),
  );
  if (misfit < 0 && shape1.length === shape2.length) return;
  throw new ShapeError(
    `${where}: outputs for x1 and x2 must have equal sizes, but for samples that are neither in traceAxes nor in ` +
      `diagonalAxes, got [${shape1}] and [${shape2}].`,
  );
}

/** The kernel's array, and a function that adds a block of it, and the mirrored one where x2 is x1. */
function blankKernel({ sides, roles }: Job) {
  const [whole1, whole2] = sides.map(({ outputs }) => outputs.shape);
  const shape = kernelShape(whole1, whole2, roles);
  const data = new Float64Array(sizeOf(shape));
  const add = (entries: Float64Array, shapes: readonly [Shape, Shape], row: Block, column: Block) => {
    const start = { row: row.from, column: column.from };
    addBlock(data, [whole1, whole2], entries, shapes, roles, start, false);
    if (sides[0] === sides[1] && roles[0] === 'both' && row.from !== column.from) {
      addBlock(data, [whole1, whole2], entries, shapes, roles, start, true);
    }
  };
  return { kernel: { shape, data }, add };
}

/** The blocks of x2 that a block of x1 needs: all, those of one triangle, or where samples are on one axis its own. */
function columnsOf({ sides, roles }: Job, row: Block, columns: readonly Block[]): readonly Block[] {
  if (roles[0] !== 'both') return [row];
  return sides[0] === sides[1] ? columns.filter(({ from }) => from >= row.from) : columns;
}

/** Number of entries that are averaged over. */
const traceOf = ({ sides, roles }: Job): number =>
  sizeOf(sides[0].outputs.shape.filter((_, axis) => roles[axis] === 'trace'));

function nngpOf(job: Job): NdArray<Float64Array> {
  const { sides, roles } = job;
  const { kernel, add } = blankKernel(job);
  const [rows1, rows2] = sides.map(({ outputs: { shape, data } }) =>
    sortRows(Float64Array.from(data), outputEntries(shape, roles), 1),
  );
  const [shape1, shape2] = sides.map(({ outputs }) => outputs.shape);
  const all = { from: 0, to: shape1[0] };
  add(contractRows(rows1, rows2, traceOf(job)), [shape1, shape2], all, all);
  return kernel;
}

async function ntkOf(job: Job, leaves: readonly tf.Tensor[]): Promise<NdArray<Float64Array>> {
  const { where, network, params, sides, roles, options } = job;
  const { vmapAxes, implementation, batchSize } = options;
  const { kernel, add } = blankKernel(job);
  const counts = sides.map(({ x }) => countSamples(x));
  const whole1 = sides[0].outputs.shape;
  const perSample = (sizeOf(whole1) / counts[0]) * countOf(leaves);
  const size =
    batchSize ??
    (vmapAxes === null ? Math.max(...counts) : Math.max(1, Math.floor(BLOCK_NUMBERS / perSample)));
  const [blocks1, blocks2] = counts.map((count) => blocksOf(count, size));
  const isVectorProduct = implementation === 'NTK_VECTOR_PRODUCTS';
  /** Outputs of a block: all of them where there is one, as networks that mix samples may have other counts. */
  const shapeOf = (side: number, { from, to }: Block): Shape =>
    [blocks1, blocks2][side].length === 1 ? sides[side].outputs.shape : [to - from, ...whole1.slice(1)];
  const passes = (side: number, block: Block) => sizeOf(shapeOf(side, block));
  const isSame = (row: Block, column: Block) => sides[0] === sides[1] && row.from === column.from;
  const total = blocks1
    .flatMap((row) => [
      isVectorProduct ? 0 : passes(0, row),
      ...columnsOf(job, row, blocks2).map((column) =>
        !isVectorProduct && isSame(row, column) ? 0 : passes(1, column),
      ),
    ])
    .reduce((a, b) => a + b, 0);
  const work = new Work(total, options);
  const point = { where, network, params, leaves, isIndependent: vmapAxes !== null };
  const trace = traceOf(job);
  const rowsOf = async (side: number, block: Block) => {
    const shape = shapeOf(side, block);
    const jacobian = await jacobianRows(point, sides[side].x, block, shape, work);
    return sortRows(jacobian, outputEntries(shape, roles), countOf(leaves));
  };
  for (const row of blocks1) {
    const rows = isVectorProduct ? null : await rowsOf(0, row);
    for (const column of columnsOf(job, row, blocks2)) {
      const shapes = [shapeOf(0, row), shapeOf(1, column)] as const;
      let block: Float64Array;
      if (rows === null) {
        const entries = shapes.map((shape) => outputEntries(shape, roles));
        const inputs = [
          { x: sides[0].x, block: row, shape: shapes[0], entries: entries[0] },
          { x: sides[1].x, block: column, shape: shapes[1], entries: entries[1] },
        ] as const;
        block = await vectorProducts(point, inputs, trace, work);
      } else {
        block = contractRows(rows, isSame(row, column) ? rows : await rowsOf(1, column), trace);
      }
      add(block, shapes, row, column);
    }
  }
  return kernel;
}

function checkFinite(where: string, field: string, { data }: NdArray<Float64Array>): void {
  const bad = firstNonFinite(data);
  if (bad < 0) return;
  throw new NonFiniteError(
    `${where}: the ${field} must be finite, got ${data[bad]} at entry ${bad}. Scale parameters or inputs down.`,
  );
}
