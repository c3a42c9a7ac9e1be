import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';
import { fromStandard } from '../inputs/transpose.js';
import { batchSizes } from '../program/batch-sizes.js';
import type { CovarianceField } from '../program/result.js';
import type { SampleFacts } from '../program/row.js';
import { type Axes, batchShapeOf } from '../tracing/axes.js';
import type { SymbolicMask } from '../tracing/symbolic.js';
import type { Traced } from '../tracing/trace.js';
import type { Kernel } from './kernel.js';
import type { KernelCall } from './kernel-call.js';
import type { Layout } from './layout.js';

/** The fields of a kernel that an executor computes. */
export const covarianceFields: readonly CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

/** The fields of a kernel beside its covariances. */
export function otherFields(traced: Traced, call: KernelCall, layout: Layout): Omit<Kernel, CovarianceField> {
  const { program, shape, isGaussian, batchAxis, channelAxis, mask } = traced;
  const [out1, out2] = [call.n1, call.n2].map((n) => batchSizes(program, n)[program.output]);
  return {
    x1IsX2: call.x1IsX2,
    isGaussian,
    isReversed: false,
    isInput: false,
    diagonalBatch: layout.diagonalBatch,
    diagonalSpatial: layout.positions === 'equal' && shape.length > 1,
    shape1: batchShapeOf(out1, shape, traced),
    shape2: batchShapeOf(out2, shape, traced),
    batchAxis,
    channelAxis,
    mask1: mask && maskTensor(mask, call.facts1, traced),
    mask2: mask && call.facts2 && maskTensor(mask, call.facts2, traced),
  };
}

/** The masks of samples, with their axes where the activations have theirs. */
function maskTensor(mask: SymbolicMask, facts: readonly SampleFacts[], axes: Axes): tf.Tensor {
  const size = sizeOf(mask.shape);
  const data = new Uint8Array(facts.length * size);
  facts.forEach((sample, i) => {
    data.set(mask.evaluate(sample).data, i * size);
  });
  return fromStandard(tf.tensor(data, [facts.length, ...mask.shape], 'bool'), axes);
}
