import { ShapeError, UnsupportedError } from '../base/errors.js';
import type { Dtype } from '../base/nd-array.js';
import { describe } from '../base/received.js';
import { mixesBatch } from '../program/batch-sizes.js';
import type { Program } from '../program/program.js';
import type { RowLayout } from '../program/row.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { type InputsStart, layerOf, traceSingle } from '../tracing/trace.js';
import type { Shape, Tree } from '../tracing/tree.js';

/**
 * The Program of a network whose covariance is one number for each pair of samples of shape `sampleShape` (a tree of shapes
 * for several inputs), and what its rows hold.
 *
 * @param where the caller's name, for messages.
 * @throws ShapeError when the network leaves spatial axes.
 * @throws UnsupportedError when the network mixes the samples of a batch.
 */
export function pairProgram(
  where: string,
  kernel: NetworkKernel,
  sampleShape: Tree<Shape>,
  options: Pick<InputsStart, 'masked' | 'hasPattern'> = {},
): { readonly program: Program; readonly row: RowLayout } {
  const { program, row } = traceSingle(where, layerOf(kernel, where), sampleShape, options);
  if (program.ops.some(mixesBatch)) {
    throw new UnsupportedError(
      `${where}: needs a kernel that is a function of two samples, but the network mixes the samples of a batch. ` +
        "Pass whole batches to its kernel: kernel(x1, x2, 'ntk').",
    );
  }
  const { shape } = program.ops[program.output];
  if (shape.reduce((a, b) => a * b, 1) !== 1) {
    throw new ShapeError(
      `${where}: needs one number for each pair of samples, but the network leaves spatial axes ` +
        `[${shape}]. End it with Flatten or GlobalAvgPool.`,
    );
  }
  return { program, row };
}

/** @throws RangeError for an unknown precision or a number of threads below 1. */
export function checkPrecisionAndThreads(where: string, dtype: Dtype, threads: number): void {
  if (dtype !== 'float64' && dtype !== 'float32') {
    throw new RangeError(`${where}: dtype must be 'float64' or 'float32', got '${dtype}'.`);
  }
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`${where}: threads must be a whole number of at least 1, got ${threads}.`);
  }
}

/** @throws RangeError for anything but `'nngp'` and `'ntk'`. */
export function checkField(where: string, field: string): void {
  if (field === 'nngp' || field === 'ntk') return;
  throw new RangeError(
    `${where}: get must be 'nngp' or 'ntk' (gram: or a list of these), got ${describe(field)}.`,
  );
}
