import type { Program } from '../../src/index.js';
import { opConstants } from '../../src/program/constants.js';
import type { AnyOp } from '../../src/program/ops/index.js';

/** The Program with these numbers in place of its constants. */
export function withConstants(program: Program, numbers: ArrayLike<number>): Program {
  let at = 0;
  const ops = program.ops.map((op): AnyOp => {
    const own = Array.from({ length: opConstants(op).length }, () => numbers[at++]);
    if (own.length === 0) return op;
    if (op.op === 'activation') return { ...op, params: [...own, ...op.params.slice(own.length)] };
    const [scale, shift, ntkFromNngp, ntkShift] = own;
    return { ...op, scale, shift, ntkFromNngp, ntkShift } as AnyOp;
  });
  return { ...program, ops };
}
