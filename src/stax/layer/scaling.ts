import type { AffineOp } from '../../program/ops/affine.js';
import type { UnaryOp } from '../../tracing/symbolic.js';

/** The op of activations times `factor` plus an independent mean of `shift`, if that changes anything. */
export function scaling(shape: readonly number[], factor: number, shift = 0): UnaryOp<AffineOp>[] {
  if (factor === 1 && shift === 0) return [];
  return [{ op: 'affine', shape, scale: factor ** 2, shift: shift ** 2, ntkFromNngp: 0, ntkShift: 0 }];
}
