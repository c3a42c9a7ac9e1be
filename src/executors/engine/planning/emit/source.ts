import type { Displacement } from '../../../../program/ops/rule.js';
import { firstPixel, imageSize, negate } from '../../lowering/geometry.js';
import { type Emission, rowSizes, type StepOf, type StepRule } from './emission.js';

/** The covariances of the inputs. */
export const sourceRule: StepRule<'source'> = {
  forward(emission, { code, step, d, out }) {
    code.emit('gram', { k: out!.k, ...operandsOf(emission, step, d), gX1: 0, gX2: 0 });
  },
  adjoint(emission, { code, step, d, g }) {
    const { gX1, gX2 } = emission.addresses;
    const pixel = step.channels * emission.lane;
    const at = step.at * emission.lane;
    code.emit('gramAdjoint', {
      k: g.k,
      ...operandsOf(emission, step, d),
      gX1: gX1 && gX1 + at + firstPixel(step.shape, d) * pixel,
      gX2: gX2 && gX2 + at + firstPixel(step.shape, negate(d)) * pixel,
    });
  },
};

function operandsOf(
  { addresses, number1, lane, ofSamples }: Emission,
  step: StepOf<'source'>,
  d: Displacement,
) {
  return {
    x1: addresses.x1 + (step.at + firstPixel(step.shape, d) * step.channels) * number1,
    x2: addresses.x2 + (step.at + firstPixel(step.shape, negate(d)) * step.channels) * lane,
    size: imageSize(step.shape, d),
    full: rowSizes(step.shape),
    channels: step.channels,
    lanes1: Number(ofSamples),
    inverse: 1 / step.channels,
  };
}
