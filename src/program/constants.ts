import { type AnyOp, opRules } from './ops/index.js';
import type { OpRule } from './ops/rule.js';
import type { Program } from './program.js';

/** An op's numbers that gradients are known in: scales and shifts of weights, slopes and phases of nonlinearities. */
export function opConstants(op: AnyOp): readonly number[] {
  return (opRules[op.op] as OpRule<AnyOp>).constants?.(op) ?? [];
}

/** Those of all ops, one after the other: a Program's inputs beside its samples. */
export function constantsOf({ ops }: Program): number[] {
  return ops.flatMap(opConstants);
}
