import { type AnyOp, opRules } from './ops/index.js';
import type { OpRule } from './ops/rule.js';
import type { Program } from './program.js';

const ruleOf = (op: AnyOp) => opRules[op.op] as OpRule<AnyOp>;

/** An op's numbers that gradients are known in: scales and shifts of weights, slopes and phases of nonlinearities. */
export function opConstants(op: AnyOp): readonly number[] {
  return ruleOf(op).constants?.read(op) ?? [];
}

/** Those of all ops, one after the other: a Program's inputs beside its samples. */
export function constantsOf({ ops }: Program): number[] {
  return ops.flatMap(opConstants);
}

/** The Program with these numbers in place of its constants. */
export function withConstants(program: Program, numbers: ArrayLike<number>): Program {
  let at = 0;
  const ops = program.ops.map((op) => {
    const own = opConstants(op).map(() => numbers[at++]);
    return own.length === 0 ? op : ruleOf(op).constants!.replace(op, own);
  });
  return { ...program, ops };
}
