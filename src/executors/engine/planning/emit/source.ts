import type { Offset } from '../../../../program/ops/rule.js';
import { firstPixel, imageSize, negate } from '../../lowering/geometry.js';
import { opcode } from '../opcodes.js';
import type { Emission, StepOf, StepRule } from './emission.js';

/** The covariances of the inputs. */
export const sourceRule: StepRule<'source'> = {
  forward(emission, { code, step, d, out }) {
    code.emit(opcode.gram, [out!.k, ...gramWords(emission, step, d), 0, 0, 0], [1 / step.channels]);
  },
  adjoint(emission, { code, step, d, g }) {
    const { gX1, gX2 } = emission.regions;
    const pixel = step.channels * emission.lane;
    const at = step.at * emission.lane;
    const to1 = gX1 && gX1 + at + firstPixel(step.shape, d) * pixel;
    const to2 = gX2 && gX2 + at + firstPixel(step.shape, negate(d)) * pixel;
    code.emit(opcode.gramAdjoint, [g.k, ...gramWords(emission, step, d), to1, to2, 0], [1 / step.channels]);
  },
};

function gramWords(
  { regions, number1, lane, ofSamples }: Emission,
  step: StepOf<'source'>,
  d: Offset,
): number[] {
  return [
    regions.x1 + (step.at + firstPixel(step.shape, d) * step.channels) * number1,
    regions.x2 + (step.at + firstPixel(step.shape, negate(d)) * step.channels) * lane,
    ...imageSize(step.shape, d),
    ...[step.shape[1], step.shape[2], step.channels, ofSamples ? 1 : 0],
  ];
}
