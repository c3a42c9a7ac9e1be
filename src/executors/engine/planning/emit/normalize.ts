import { imageSize, isZero } from '../../lowering/geometry.js';
import { opcode } from '../opcodes.js';
import type { StepRule } from './emission.js';

/** LayerNorm. */
export const normalizeRule: StepRule<'normalize'> = {
  forward(emission, { code, index, step, d, input, out }) {
    const from = input(step.inputs[0], d);
    const [f1, f2] = emission.factors(index, step, d);
    if (emission.ofSamples && isZero(d)) {
      code.emit(opcode.normalizeFactors, [from.k, f1, ...step.shape, ...step.averaged], [step.eps]);
    }
    if (!out) return;
    const images = [out.k, from.theta && out.theta, from.k, from.theta];
    code.emit(opcode.normalize, [
      ...[...images, f1, f2, ...imageSize(step.shape, d)],
      ...[step.shape[1], step.shape[2], Number(!emission.ofSamples)],
    ]);
  },
  adjoint(emission, { code, index, step, d, g, input, value }) {
    const from = value(step.inputs[0], d);
    const to = input(step.inputs[0], d);
    const [v1, v2] = emission.variances(index, step, d);
    const theta = g.theta && from.theta && to.theta;
    code.emit(opcode.normalizeAdjoint, [
      ...[g.k, theta ? g.theta : 0, from.k, from.theta, to.k, theta ? to.theta : 0],
      ...[...emission.factors(index, step, d), v1, v2, ...imageSize(step.shape, d)],
      ...[step.shape[1], step.shape[2], Number(!emission.ofSamples)],
    ]);
    if (emission.ofSamples && isZero(d)) {
      code.emit(opcode.normalizeVariances, [v2, to.k, ...step.shape, ...step.averaged]);
    }
  },
};
