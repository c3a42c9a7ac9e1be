import * as tf from '#tf';
import { batchSizes, mixesBatch } from '../../program/batch-sizes.js';
import type { AnyOp } from '../../program/ops/index.js';
import type { Program } from '../../program/program.js';
import type { CovarianceField, Positions } from '../../program/result.js';
import type { Executor, Source } from '../executor.js';
import { apart, joined } from './joined-batch.js';
import type { Evaluation, EvaluationContext } from './ops/evaluation.js';
import { evaluations } from './ops/index.js';
import {
  disposeCovariances,
  type PairCovariances,
  toAdjacentPairs,
  toEqualPositions,
} from './pair-covariances.js';

/**
 * Runs Programs by plain differentiable tfjs ops, on whichever backend is active, in float32.
 *
 * @remarks Keeps covariances of all pairs of positions: n1·n2·pixels² numbers for each of nngp and ntk, at every op.
 * It is the executor for GPUs, and the independent second implementation that the engine is tested against.
 */
export const tfExecutor: Executor = {
  name: 'tf',
  evaluate: (program, source, want, positions = 'all') =>
    tf.tidy(() => {
      const result = covariances(program, source, want.includes('ntk'));
      return Object.fromEntries(
        want.map((field) => [field, fieldOf(result, field, positions)]),
      ) as tf.TensorContainerObject;
    }) as Partial<Record<CovarianceField, tf.Tensor | null>>,
};

/** The result's covariances; where the samples of a batch are mixed, by way of x1 and x2 joined to one batch. */
function covariances(program: Program, source: Source, withNtk: boolean): PairCovariances {
  if (!program.ops.some(mixesBatch)) return run(program, { source, withNtk }, []);
  const whole = joined(source);
  const sizes = whole.counts.map((n) => batchSizes(program, n));
  const result = run(program, { source: whole.source, withNtk }, sizes);
  return apart(
    result,
    sizes.map((side) => side[program.output]),
  );
}

/**
 * Evaluates the ops in order, freeing each result after the last op that reads it.
 *
 * @param sizes how many of each op's samples are x1's, and x2's, if they are joined.
 */
function run(
  { ops, output }: Program,
  context: Omit<EvaluationContext, 'batches'>,
  sizes: readonly (readonly number[])[],
): PairCovariances {
  const lastReader = new Map<number, number>([[output, ops.length]]);
  ops.forEach(({ inputs }, reader) => {
    for (const input of inputs) lastReader.set(input, Math.max(reader, lastReader.get(input) ?? 0));
  });
  const results: PairCovariances[] = [];
  ops.forEach((op, index) => {
    const inputs = op.inputs.map((input) => results[input]);
    const batches = op.inputs.map((input) => sizes.map((side) => side[input]));
    results.push(
      tf.tidy(
        () => evaluate(op, inputs, { ...context, batches }) as unknown as tf.TensorContainer,
      ) as unknown as PairCovariances,
    );
    for (const input of new Set(op.inputs)) {
      if (lastReader.get(input) === index) disposeCovariances(results[input]);
    }
  });
  return results[output];
}

function evaluate(
  op: AnyOp,
  inputs: readonly PairCovariances[],
  context: EvaluationContext,
): PairCovariances {
  const evaluation = evaluations[op.op] as Evaluation<AnyOp>;
  return evaluation(op, inputs, context);
}

function fieldOf(
  { shape, nngp, ntk, cov1, cov2 }: PairCovariances,
  field: CovarianceField,
  positions: Positions,
): tf.Tensor | null {
  const ofPairs = (k: tf.Tensor4D) =>
    positions === 'all' ? toAdjacentPairs(k, shape) : toEqualPositions(k, shape);
  const ofSamples = (k: tf.Tensor4D) => tf.squeeze(ofPairs(k), [1]);
  switch (field) {
    case 'nngp':
      return ofPairs(nngp);
    case 'ntk':
      return ofPairs(ntk ?? tf.zerosLike(nngp));
    case 'cov1':
      return ofSamples(cov1);
    case 'cov2':
      return cov2 && ofSamples(cov2);
  }
}
