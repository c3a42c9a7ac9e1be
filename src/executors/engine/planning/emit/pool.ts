import { combinations, type Displacement } from '../../../../program/ops/rule.js';
import { imageSize, perAxis } from '../../lowering/geometry.js';
import { stepNeeds } from '../../lowering/lower.js';
import type { Assembler } from '../assembler.js';
import type { Image, ImageOf } from '../plan-types.js';
import { bothImages, type Emission, type StepOf, type StepRule } from './emission.js';

/** The share of a pool's input at displacement `d` in each of its results, or (adjoint) of its cotangents in d's. */
export function emitPool(
  emission: Emission,
  code: Assembler,
  step: StepOf<'pool'>,
  d: Displacement,
  image: Image,
  results: ReadonlyMap<string, Image>,
  adjoint: boolean,
): void {
  const from = imageSize(emission.inputShape(step), d);
  for (const big of combinations([0, 1, 2].map((a) => gathering(step, d, a)))) {
    const result = results.get(big.join());
    if (!result) continue;
    const shift = perAxis((a) => d[a] - step.strides[a] * big[a]);
    const lowest = perAxis((a) => Math.max(0, -shift[a]));
    const count = perAxis((a) => step.window[a] - Math.abs(shift[a]));
    const start = perAxis(
      (a) => Math.max(0, -big[a]) * step.strides[a] - step.low[a] + lowest[a] - Math.max(0, -d[a]),
    );
    code.emit(adjoint ? 'poolAdjoint' : 'pool', {
      ...bothImages(result, image),
      fromSize: from,
      toSize: imageSize(step.shape, big),
      stride: step.strides,
      start,
      count,
      scale: step.scale,
    });
  }
}

/** Displacements of the result, along one axis, that gather from the input's displacement d: s·D + b − a = d, a, b < window. */
function gathering({ window, strides, shape }: StepOf<'pool'>, d: Displacement, axis: number): number[] {
  const [size, stride, most] = [window[axis], strides[axis], shape[axis] - 1];
  const first = Math.max(-most, Math.ceil((d[axis] - size + 1) / stride));
  const last = Math.min(most, Math.floor((d[axis] + size - 1) / stride));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i || 0);
}

/** A transposed convolution's window: the adjoint of a pool. */
export const transposedPatchRule: StepRule<'transposedPatch'> = {
  forward(emission, { code, step, d, out, input }) {
    emission.zero(code, step.shape, d, out!);
    const operands = transposed(emission, step, d, out!, input);
    if (operands) code.emit('poolAdjoint', operands);
  },
  adjoint(emission, { code, step, d, g, input }) {
    const operands = transposed(emission, step, d, g, input);
    if (operands) code.emit('pool', operands);
  },
};

/** What `pool` adds from the result at `d` to the input, and `poolAdjoint` the other way round; null: nothing. */
function transposed(
  emission: Emission,
  step: StepOf<'transposedPatch'>,
  d: Displacement,
  result: Image,
  input: ImageOf,
) {
  const [e] = stepNeeds(emission.lowered, step, d);
  if (!e) return null;
  return {
    ...bothImages(input(step.inputs[0], e), result),
    fromSize: imageSize(step.shape, d),
    toSize: imageSize(emission.inputShape(step), e),
    stride: step.strides,
    start: step.low.map((low) => -low),
    count: step.window,
    scale: step.scale,
  };
}
