import { ShapeError, UnsupportedError } from '../base/errors.js';
import { type AnyOp, opRules } from './ops/index.js';
import type { OpRule } from './ops/rule.js';
import type { Program } from './program.js';

const ruleOf = (op: AnyOp) => opRules[op.op] as OpRule<AnyOp>;

/** Whether an op's result for a sample depends on the other samples of its batch. */
export function mixesBatch(op: AnyOp): boolean {
  return ruleOf(op).batchSize !== undefined;
}

/**
 * How many samples each op has of a batch of `n`.
 *
 * @throws ShapeError when branches that come together have batches of different sizes, or one is empty.
 * @throws UnsupportedError when an op reads the samples' rows of a batch whose samples are no longer those of the rows.
 */
export function batchSizes({ ops }: Program, n: number): number[] {
  const sizes: number[] = [];
  const moved: boolean[] = [];
  for (const op of ops) {
    const inputs = op.inputs.map((input) => sizes[input]);
    const size = ruleOf(op).batchSize?.(op, inputs) ?? sameSize(inputs, n);
    if (size === 0) {
      throw new ShapeError(`kernel: a slice of a batch of ${inputs[0]} samples holds none of them.`);
    }
    sizes.push(size);
    const before = op.inputs.some((input) => moved[input]);
    if (before && ruleOf(op).readsRows?.(op)) {
      throw new UnsupportedError(
        'kernel: a graph pattern or mask belongs to the samples of the inputs, got a layer that reads it after one that ' +
          'takes, joins or resizes batches. Put that layer first.',
      );
    }
    moved.push(before || op.op === 'mixBatch' || op.op === 'joinBatch');
  }
  return sizes;
}

function sameSize(inputs: readonly number[], n: number): number {
  if (inputs.length === 0) return n;
  if (inputs.every((size) => size === inputs[0])) return inputs[0];
  throw new ShapeError(`kernel: branches must have as many samples, got ${inputs.join(' and ')}.`);
}
