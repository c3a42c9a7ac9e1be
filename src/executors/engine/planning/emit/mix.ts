import type { Displacement } from '../../../../program/ops/rule.js';
import { imageSize } from '../../lowering/geometry.js';
import { stepNeeds } from '../../lowering/lower.js';
import type { Assembler } from '../assembler.js';
import type { Image } from '../plan-types.js';
import { bothImages, type Emission, rowSizes, type StepOf, type StepRule } from './emission.js';

/** A matrix per axis. */
export const mixRule: StepRule<'mix'> = {
  forward(emission, { code, step, d, input, out }) {
    emission.zero(code, step.shape, d, out!);
    for (const e of stepNeeds(emission.lowered, step, d)) {
      emitShare(emission, code, step, d, e, out!, input(step.inputs[0], e), false);
    }
  },
  adjoint(emission, { code, step, d, g, input }) {
    for (const e of stepNeeds(emission.lowered, step, d)) {
      emitShare(emission, code, step, d, e, input(step.inputs[0], e), g, true);
    }
  },
};

/** The share of the input's displacement `e` in the result at `d`; `adjoint`: of the result's cotangent in the input's. */
function emitShare(
  emission: Emission,
  code: Assembler,
  step: StepOf<'mix'>,
  d: Displacement,
  e: Displacement,
  to: Image,
  from: Image,
  adjoint: boolean,
): void {
  const terms = step.matrices.map((matrix, axis) => termsOf(matrix, d[axis], e[axis]));
  const places = terms.flat().flatMap(([P, p]) => (adjoint ? [p, P] : [P, p]));
  const result = imageSize(step.shape, d);
  const source = imageSize(emission.inputShape(step), e);
  const [toSize, fromSize] = adjoint ? [source, result] : [result, source];
  code.emit('mix', {
    ...bothImages(to, from),
    toRow: rowSizes(toSize),
    fromRow: rowSizes(fromSize),
    terms: terms.map(({ length }) => length),
    places,
    weights: terms.flat().map(([, , weight]) => weight),
  });
}

/** Of one axis: the pixels P and p of the images at `d` and `e` where a matrix M has M[P,p]·M[P+d,p+e] ≠ 0, and that. */
function termsOf(matrix: readonly (readonly number[])[], d: number, e: number): [number, number, number][] {
  const [firstP, first] = [Math.max(0, -d), Math.max(0, -e)];
  return matrix.slice(firstP, matrix.length - Math.max(0, d)).flatMap((row, P) =>
    row.flatMap((weight, p): [number, number, number][] => {
      const product = weight * (matrix[firstP + P + d][p + e] ?? 0);
      return product === 0 ? [] : [[P, p - first, product]];
    }),
  );
}
