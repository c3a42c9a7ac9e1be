import type { Displacement } from '../../../../program/ops/rule.js';
import { imageSize, perAxis, type Triple } from '../../lowering/geometry.js';
import type { Assembler } from '../assembler.js';
import type { Image } from '../plan-types.js';
import type { StepOf, StepRule } from './emission.js';

/** Axes in another order. */
export const permuteRule: StepRule<'permute'> = {
  forward(emission, { code, step, d, input, out }) {
    emission.zero(code, step.shape, d, out!);
    const source = input(step.inputs[0], inputDisplacement(step, d));
    addPermuted(code, step.order, imageSize(step.shape, d), out!, source);
  },
  adjoint(emission, { code, step, d, g, input }) {
    const e = inputDisplacement(step, d);
    const shape = imageSize(emission.inputShape(step), e);
    addPermuted(code, inverse(step.order), shape, input(step.inputs[0], e), g);
  },
};

/** `to` += `from`; `shape` is the size of `to`, whose axis a is the axis `order[a]` of `from`. */
function addPermuted(code: Assembler, order: Triple, shape: Triple, to: Image, from: Image): void {
  const fromSize = perAxis((a) => shape[order.indexOf(a)]);
  const distances = [fromSize[1] * fromSize[2], fromSize[2], 1];
  const sizes = { size: shape, distance: order.map((axis) => distances[axis]) };
  code.emit('permute', { to: to.k, from: from.k, ...sizes });
  if (to.theta && from.theta) code.emit('permute', { to: to.theta, from: from.theta, ...sizes });
}

/** The displacement of its input that a `permute` reads at `d`. */
const inputDisplacement = ({ order }: StepOf<'permute'>, d: Displacement): Triple =>
  perAxis((a) => d[order.indexOf(a)]);

const inverse = (order: Triple): Triple => perAxis((a) => order.indexOf(a));
