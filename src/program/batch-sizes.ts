import { ShapeError } from '../errors.js';
import { type AnyOp, opRules } from './ops/index.js';
import type { OpRule } from './ops/rule.js';
import type { Program } from './program.js';

/** Whether an op's result for a sample depends on the other samples of its batch. */
export function mixesBatch(op: AnyOp): boolean {
  return (opRules[op.op] as OpRule<AnyOp>).batchSize !== undefined;
}

/**
 * How many samples each op has of a batch of `n`.
 *
 * @throws ShapeError when branches that come together have batches of different sizes, or one is empty.
 */
export function batchSizes({ ops }: Program, n: number): number[] {
  const sizes: number[] = [];
  for (const op of ops) {
    const inputs = op.inputs.map((input) => sizes[input]);
    const own = (opRules[op.op] as OpRule<AnyOp>).batchSize?.(op, inputs) ?? sameSize(inputs, n);
    if (own === 0)
      throw new ShapeError(`kernel: a slice of a batch of ${inputs[0]} samples holds none of them.`);
    sizes.push(own);
  }
  return sizes;
}

function sameSize(inputs: readonly number[], n: number): number {
  if (inputs.length === 0) return n;
  if (inputs.every((size) => size === inputs[0])) return inputs[0];
  throw new ShapeError(`kernel: branches must have as many samples, got ${inputs.join(' and ')}.`);
}
