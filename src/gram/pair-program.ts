import { ShapeError, UnsupportedError } from '../base/errors.js';
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
