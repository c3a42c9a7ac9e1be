import type * as tf from '#tf';
import { checkNotDisposed } from '../base/any-array.js';
import { ShapeError, UnsupportedError } from '../base/errors.js';
import type { Source } from '../executors/executor.js';
import { factsOfMasks, masksOf, pairOfPatterns } from '../inputs/read-samples.js';
import { tensorRows } from '../inputs/rows.js';
import { toStandard } from '../inputs/transpose.js';
import type { Mask } from '../program/row.js';
import { sampleShapeOf } from '../tracing/axes.js';
import type { GivenStart } from '../tracing/trace.js';
import { leavesOf, mapTree, type Tree } from '../tracing/tree.js';
import { executorFor } from './executors.js';
import { givenCovariances, givenSide } from './given-covariances.js';
import type { Kernel } from './kernel.js';
import type { KernelCall } from './kernel-call.js';
import { covarianceFields } from './kernel-fields.js';
import type { ReadKernelOptions } from './kernel-options.js';

/** A kernel function called on Kernels of other networks. @throws ShapeError, UnsupportedError for those that do not fit. */
export function callOnKernels(
  given: Tree<Kernel>,
  x2: Tree<tf.Tensor> | null,
  options: ReadKernelOptions,
): KernelCall {
  if (x2 !== null) {
    throw new UnsupportedError(
      'kernel: x2 must be absent when the first argument is a Kernel, got a tensor.',
    );
  }
  const kernels = leavesOf(given);
  for (const kernel of kernels) checkKernel(kernel);
  const [{ cov2 }] = kernels;
  const counts = kernels.map(({ shape1, shape2, batchAxis }) => [shape1[batchAxis], shape2[batchAxis]]);
  const [n1, n2] = counts[0];
  if (counts.some((own) => own[0] !== n1 || own[1] !== n2)) {
    throw new ShapeError(
      `kernel: all Kernels of a list must be of as many samples, got ` +
        `${counts.map((own) => `${own[0]} and ${own[1]}`).join('; ')}.`,
    );
  }
  const x1IsX2 = kernels.every((kernel) => kernel.x1IsX2);
  const [pattern1, pattern2] = pairOfPatterns('kernel', options, x1IsX2);
  const facts1 = factsOfMasks('kernel', n1, masksOfKernels(kernels, 'mask1'), pattern1);
  const facts2 = x1IsX2 ? null : factsOfMasks('kernel', n2, masksOfKernels(kernels, 'mask2'), pattern2);
  return {
    start: {
      from: 'given',
      ...(pattern1 !== null && { hasPattern: true }),
      kernels: mapTree<Kernel, GivenStart>(given, (kernel) => ({
        shape: sampleShapeOf(kernel.shape1, kernel),
        isGaussian: kernel.isGaussian,
        batchAxis: kernel.batchAxis,
        channelAxis: kernel.channelAxis,
        mask: kernel.mask1 && sampleShapeOf(kernel.mask1.shape, kernel),
      })),
    },
    sourcesOf(row) {
      const rows1 = tensorRows([], row, facts1);
      const rows2 = facts2 && tensorRows([], row, facts2);
      const side = (rows: tf.Tensor, cov: 'cov1' | 'cov2'): Source => ({
        x1: rows,
        given: kernels.map((kernel) => givenSide(kernel, cov)),
      });
      return {
        pair: { x1: rows1, x2: rows2, given: kernels.map((kernel) => givenCovariances(kernel, x1IsX2)) },
        x1: () => side(rows1, 'cov1'),
        x2: () => rows2 && side(rows2, 'cov2'),
      };
    },
    given: kernels,
    repeatsCov1: x1IsX2 && cov2 !== null,
    // Covariances that a caller brings have no inputs for the engine to start from.
    executor: executorFor('tf'),
    ...{ n1, n2, x1IsX2, facts1, facts2 },
  };
}

/** The masks of one side of those Kernels that have some, of each sample. */
function masksOfKernels(kernels: readonly Kernel[], side: 'mask1' | 'mask2'): Mask[][] {
  return kernels.flatMap((kernel) => {
    const mask = kernel[side] ?? kernel.mask1;
    return mask ? [masksOf(toStandard(mask, kernel), 1)] : [];
  });
}

function checkKernel(given: Kernel): void {
  if (String(sampleShapeOf(given.shape1, given)) !== String(sampleShapeOf(given.shape2, given))) {
    throw new ShapeError(
      `kernel: shape1 and shape2 of a Kernel may differ in the batch alone, got [${given.shape1}] and [${given.shape2}].`,
    );
  }
  for (const field of covarianceFields) {
    const value = given[field];
    if (value) checkNotDisposed('kernel', field, value);
  }
}
