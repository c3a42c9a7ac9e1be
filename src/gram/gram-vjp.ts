import { type AnyArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { rowMajor } from '../base/matrix.js';
import type { FloatArray, NdArray } from '../base/nd-array.js';
import { readOptions } from '../base/options.js';
import type { PairCotangents } from '../executors/pairs.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree, TreeLike } from '../tracing/tree.js';
import { type ComputeOptions, computeOptions, type GramField } from './compute-options.js';
import { readPairs } from './read-pairs.js';

/** Options of `gramVjp`. */
export interface GramVjpOptions extends ComputeOptions, SampleOptions {}

/** Cotangents of a Gram matrix's fields, `[n1, n2]` each. */
export interface GramCotangents {
  readonly nngp?: AnyArray;
  readonly ntk?: AnyArray;
}

/** Gradients in the shapes of the inputs; lists of them for lists of inputs. */
export interface GramGradients<X extends Tree<AnyArray> = AnyArray> {
  readonly x1: TreeLike<X, NdArray<Float64Array>>;
  readonly x2: TreeLike<X, NdArray<Float64Array>> | null;
}

/**
 * Gradients of Σ cotangents.nngp ∘ nngp + Σ cotangents.ntk ∘ ntk in the inputs: the vector–Jacobian product of
 * `gram`. With `x2` null the gradient in `x1` is through both arguments.
 *
 * @throws ShapeError also when a cotangent is not `[n1, n2]`.
 * @throws RangeError also when neither cotangent is given.
 *
 * @remarks About three times the time of `gram`. Where two positions' inputs are parallel the derivative of a
 * ReLU's angle is taken as 0. In float32, gradients of nearly parallel inputs lose digits.
 */
export async function gramVjp<const X extends Tree<AnyArray>>(
  kernel: NetworkKernel,
  x1: X,
  x2: X | null,
  cotangents: GramCotangents,
  options: GramVjpOptions = {},
): Promise<GramGradients<X>> {
  const read = readOptions('gramVjp', options, { ...computeOptions, ...sampleOptions });
  const { executor, program, rows1, rows2, same, gradientOf, run, done } = readPairs(
    'gramVjp',
    kernel,
    x1,
    x2,
    read,
  );
  const cotangent = readCotangents('gramVjp', cotangents, rows1.count, (rows2 ?? rows1).count);
  const gradients = await executor.vjp(program, rows1, rows2, cotangent, {
    ...run,
    same,
    sides: { x1: true, x2: true },
  });
  done();
  type Gradient = TreeLike<X, NdArray<Float64Array>>;
  return {
    x1: gradientOf('x1', gradients.x1!) as Gradient,
    x2: x2 && gradients.x2 && (gradientOf('x2', gradients.x2) as Gradient),
  };
}

/** @throws RangeError when there is neither cotangent; ShapeError when one is not `[n1, n2]`. */
export function readCotangents(
  where: string,
  cotangents: GramCotangents,
  n1: number,
  n2: number,
): PairCotangents {
  if (!cotangents?.nngp && !cotangents?.ntk) {
    throw new RangeError(`${where}: needs a cotangent of nngp, of ntk, or of both, got neither.`);
  }
  const flat = (field: GramField): FloatArray | null => {
    const cotangent = cotangents[field];
    if (!cotangent) return null;
    const matrix = readMatrix(where, `the cotangent of ${field}`, cotangent);
    if (matrix.rows !== n1 || matrix.columns !== n2) {
      throw new ShapeError(
        `${where}: the cotangent of ${field} must be [${n1}, ${n2}], got [${matrix.rows}, ${matrix.columns}].`,
      );
    }
    return rowMajor(matrix);
  };
  return { nngp: flat('nngp'), ntk: flat('ntk') };
}
