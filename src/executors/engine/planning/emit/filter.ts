import type { Displacement } from '../../../../program/ops/rule.js';
import { imageSize, isZero, perAxis, type Triple } from '../../lowering/geometry.js';
import type { FilterStep } from '../../lowering/lower.js';
import type { Emission, StepRule } from './emission.js';

/** Window, weights and a nonlinearity in one pass. */
export const filterRule: StepRule<'filter'> = {
  forward(emission, { code, index, step, d, input, out, tape }) {
    const descriptors = emission.places.filters[index]!;
    const source = input(step.inputs[0], inputDisplacement(step, d));
    const [f1, f2] = step.activation ? emission.factors(index, step, d) : [0, 0];
    const from = { inK: source.k, inTheta: source.theta, ...sizesOf(emission, step, d) };
    const nothingKept = { preK: 0, preTheta: 0 };
    const weightsAlone = { descriptor: descriptors.weights, ...from, ...nothingKept, f1: 0, f2: 0 };
    if (emission.ofSamples && step.activation && isZero(d)) {
      // q itself: from it the factors, which the nonlinearity then needs on this very image.
      const q = tape!.k;
      code.emit('filter', { ...weightsAlone, outK: q, outTheta: 0 });
      code.emit('factors', {
        descriptor: descriptors.whole,
        q,
        to: f1,
        bytes: emission.bytes(step.shape, d),
      });
      if (!out) return;
      const size = imageSize(step.shape, d);
      const images = { inK: q, inTheta: 0, outK: out.k, outTheta: 0, inSize: size, outSize: size };
      code.emit('filter', { descriptor: descriptors.nonlinearity, ...images, ...nothingKept, f1, f2 });
      return;
    }
    if (!out) {
      code.emit('filter', { ...weightsAlone, outK: tape!.k, outTheta: tape!.theta });
      return;
    }
    const kept = step.activation && tape ? { preK: tape.k, preTheta: tape.theta } : nothingKept;
    const to = { outK: out.k, outTheta: out.theta };
    code.emit('filter', { descriptor: descriptors.whole, ...from, ...to, ...kept, f1, f2 });
  },
  adjoint(emission, { code, index, step, d, g, input, tape }) {
    const { filters, varianceAt } = emission.places;
    const descriptor = filters[index]!.whole;
    if (step.activation) {
      const [f1, f2] = emission.factors(index, step, d);
      const [q1, q2] = emission.variances(index, step, d);
      const images = { preK: tape!.k, preTheta: tape!.theta, gK: g.k, gTheta: g.theta };
      const size = imageSize(step.shape, d);
      code.emit('activationAdjoint', { descriptor, ...images, f1, f2, q1, q2, size });
      if (emission.ofSamples && isZero(d)) {
        const bytes = emission.bytes(step.shape, d);
        code.emit('add', { to: g.k, from: emission.addresses.variances2 + varianceAt[index], bytes });
      }
    }
    const to = input(step.inputs[0], inputDisplacement(step, d));
    const images = { inK: to.k, inTheta: to.theta, outK: g.k, outTheta: g.theta };
    const unread = { preK: 0, preTheta: 0, f1: 0, f2: 0 };
    code.emit('filterAdjoint', { descriptor, ...images, ...unread, ...sizesOf(emission, step, d) });
  },
};

const inputDisplacement = (step: FilterStep, d: Displacement): Triple =>
  perAxis((a) => d[a] * step.strides[a]);

const sizesOf = (emission: Emission, step: FilterStep, d: Displacement) => ({
  inSize: imageSize(emission.inputShape(step), inputDisplacement(step, d)),
  outSize: imageSize(step.shape, d),
});
