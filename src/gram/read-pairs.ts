import type { AnyArray } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import type { Complete } from '../base/options.js';
import { giveBack } from '../base/shared-memory.js';
import { checkInputs, readInputs } from '../inputs/check-input.js';
import {
  factsOf,
  masksOf,
  type Pattern,
  pairOfPatterns,
  type sampleOptions,
  zeroMasked,
} from '../inputs/read-samples.js';
import { engineRows, inputGradients } from '../inputs/rows.js';
import { callersArrays, standardInputs } from '../inputs/standard-inputs.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { layerOf } from '../tracing/trace.js';
import { leavesOf, mapTree, type Shape, type Tree } from '../tracing/tree.js';
import type { computeOptions } from './compute-options.js';
import { pairExecutorFor } from './pair-executor.js';
import { pairProgram } from './pair-program.js';

/**
 * Reads what every function of pairs is given: it checks kernel and samples, and brings the samples into rows.
 *
 * @throws ShapeError, NonFiniteError, DisposedError, UnsupportedError as `gram` does.
 */
export function readPairs(
  where: string,
  kernel: NetworkKernel,
  x1: Tree<AnyArray>,
  given2: Tree<AnyArray> | null | undefined,
  options: Complete<typeof computeOptions & typeof sampleOptions>,
) {
  const { dtype, threads, signal, onProgress, maskConstant } = options;
  const x2 = given2 ?? null;
  const { axes } = layerOf(kernel, where);
  const read = (name: string, x: Tree<AnyArray>) => {
    const standard = standardInputs(where, axes, readInputs(where, name, x));
    return { standard, inputs: zeroMasked(standard, maskConstant) };
  };
  const side1 = read('x1', x1);
  const side2 = x2 === x1 ? side1 : x2 && read('x2', x2);
  checkInputs(where, side1.inputs, side2?.inputs ?? null);
  const shapes = mapTree<NdArray, Shape>(side1.inputs, ({ shape }) => shape.slice(1));
  const masked = maskConstant !== undefined;
  const [pattern1, pattern2] = pairOfPatterns(where, options, x2 === null);
  const hasPattern = pattern1 !== null;
  const { program, row } = pairProgram(where, kernel, shapes, {
    ...(masked && { masked }),
    ...(hasPattern && { hasPattern }),
  });
  const rowsOf = ({ standard, inputs }: typeof side1, pattern: Pattern) =>
    engineRows(inputs, row, factsOf(where, standard, maskConstant, pattern), dtype);
  const rows1 = rowsOf(side1, pattern1);
  // The very same inputs with the very same patterns are the same samples; from here on this is an argument.
  const same = x2 === null || (side2 === side1 && pattern1 === pattern2);
  const rows2 = x2 === null ? null : same ? rows1 : rowsOf(side2!, pattern2);
  /** A gradient in rows of x1's or x2's inputs as one in these. */
  const gradientOf = (side: 'x1' | 'x2', data: Float64Array) => {
    const { standard, inputs } = side === 'x1' ? side1 : side2!;
    const gradient = inputGradients(inputs, row, data);
    if (masked) clearMasked(gradient, standard, maskConstant);
    return callersArrays(where, axes, gradient);
  };
  return {
    executor: pairExecutorFor(where, program, dtype),
    program,
    rows1,
    rows2,
    same,
    gradientOf,
    run: { dtype, threads, signal, onProgress },
    /** To be called once a job on the rows is done (one that failed may still be reading them): their memory serves the next. */
    done: () => giveBack(rows1.data, rows2?.data),
  };
}

/** Sets the gradient in masked entries to 0: nothing depends on them. */
function clearMasked(gradient: Tree<NdArray>, x: Tree<NdArray>, maskConstant: number): void {
  const inputs = leavesOf(x);
  leavesOf(gradient).forEach(({ data }, index) => {
    let at = 0;
    for (const mask of masksOf(inputs[index], maskConstant)) {
      for (const entry of mask.data) {
        if (entry === 1) data[at] = 0;
        at++;
      }
    }
  });
}
