import type { Offset } from '../../../../program/ops/rule.js';
import { imageSize, isZero, perAxis, type Triple } from '../../lowering/geometry.js';
import type { FilterStep } from '../../lowering/lower.js';
import { opcode } from '../opcodes.js';
import type { Emission, StepRule } from './emission.js';

/** Window, weights and a nonlinearity in one pass. */
export const filterRule: StepRule<'filter'> = {
  forward(emission, { code, index, step, d, input, out, tape }) {
    const descriptors = emission.regions.filters[index]!;
    const source = input(step.inputs[0], inputOffset(step, d));
    const sizes = sizesOf(emission, step, d);
    const [f1, f2] = step.activation ? emission.factors(index, step, d) : [0, 0];
    const from = [source.k, source.theta];
    if (emission.ofSamples && step.activation && isZero(d)) {
      // q itself: from it the factors, which the nonlinearity then needs on this very image.
      const q = tape!.k;
      code.emit(opcode.filter, [descriptors.weights, ...from, q, 0, 0, 0, 0, 0, ...sizes]);
      code.emit(opcode.factors, [descriptors.whole, q, f1, emission.bytes(step.shape, d)]);
      const size = imageSize(step.shape, d);
      if (out) {
        code.emit(opcode.filter, [descriptors.nonlinearity, q, 0, out.k, 0, 0, 0, f1, f2, ...size, ...size]);
      }
      return;
    }
    if (!out) {
      code.emit(opcode.filter, [descriptors.weights, ...from, tape!.k, tape!.theta, 0, 0, 0, 0, ...sizes]);
      return;
    }
    const kept = step.activation && tape ? [tape.k, tape.theta] : [0, 0];
    code.emit(opcode.filter, [descriptors.whole, ...from, out.k, out.theta, ...kept, f1, f2, ...sizes]);
  },
  adjoint(emission, { code, index, step, d, g, input, tape }) {
    const { filters, variances2, varianceAt } = emission.regions;
    const descriptors = filters[index]!;
    if (step.activation) {
      const [f1, f2] = emission.factors(index, step, d);
      const [q1, q2] = emission.variances(index, step, d);
      code.emit(opcode.activationAdjoint, [
        ...[descriptors.whole, tape!.k, tape!.theta, g.k, g.theta, f1, f2, q1, q2],
        ...imageSize(step.shape, d),
      ]);
      if (emission.ofSamples && isZero(d)) {
        code.emit(opcode.add, [g.k, variances2 + varianceAt[index], emission.bytes(step.shape, d)]);
      }
    }
    const to = input(step.inputs[0], inputOffset(step, d));
    code.emit(opcode.filterAdjoint, [
      ...[descriptors.whole, to.k, to.theta, g.k, g.theta, 0, 0, 0, 0],
      ...sizesOf(emission, step, d),
    ]);
  },
};

const inputOffset = (step: FilterStep, d: Offset): Triple => perAxis((a) => d[a] * step.strides[a]);

const sizesOf = (emission: Emission, step: FilterStep, d: Offset): number[] => [
  ...imageSize(emission.inputShape(step), inputOffset(step, d)),
  ...imageSize(step.shape, d),
];
