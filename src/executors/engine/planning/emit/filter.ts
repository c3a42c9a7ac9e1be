import type { Displacement } from '../../../../program/ops/rule.js';
import { imageSize, isZero, perAxis, type Triple } from '../../lowering/geometry.js';
import type { FilterStep } from '../../lowering/steps.js';
import type { Assembler } from '../assembler.js';
import type { Image } from '../plan-types.js';
import type { Adjoint, Emission, StepRule } from './emission.js';

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
      const bytes = emission.bytes(step.shape, d);
      const { own } = step.activation;
      if (own) code.call({ ...own, q, to: f1, bytes, stride: bytes });
      else code.emit('factors', { descriptor: descriptors.whole, q, to: f1, bytes });
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
  adjoint(emission, at) {
    const { code, index, step, d, g, input, tape } = at;
    const { filters, varianceAt } = emission.places;
    const descriptor = filters[index]!.whole;
    if (emission.constants && step.activation) gatherDerivatives(emission, at);
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
    if (emission.constants) gatherWeights(emission, at);
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

/** Adds to the cotangents of a nonlinearity's constants, given those of its results. */
function gatherDerivatives(
  emission: Emission,
  { code, index, step, d, g, tape, spare }: Adjoint<FilterStep>,
) {
  const [f1, f2] = emission.factors(index, step, d);
  const size = imageSize(step.shape, d);
  const theta = g.theta && tape!.theta ? spare!.theta : 0;
  emission.places.filters[index]!.derivatives.forEach(({ covariances, variances }, i) => {
    const descriptor = emission.ofSamples && isZero(d) ? variances : covariances;
    const images = { inK: tape!.k, inTheta: theta && tape!.theta, outK: spare!.k, outTheta: theta };
    code.emit('filter', {
      ...{ descriptor, ...images, preK: 0, preTheta: 0, f1, f2, inSize: size, outSize: size },
    });
    const gather = gatherer(emission, code, index, step, d);
    gather(4 + i, g.k, spare!.k);
    if (theta) gather(4 + i, g.theta, theta);
  });
}

/** Adds to the cotangents of the weights, given those of their results. */
function gatherWeights(emission: Emission, { code, index, step, d, g, value, spare }: Adjoint<FilterStep>) {
  const from = value(step.inputs[0], inputDisplacement(step, d));
  const inTheta = g.theta && from.theta;
  let means: Image = { k: from.k, theta: inTheta };
  if ([...step.window, ...step.strides].some((entry) => entry !== 1)) {
    means = { k: spare!.k, theta: inTheta && spare!.theta };
    const images = { inK: from.k, inTheta, outK: means.k, outTheta: means.theta };
    const unread = { preK: 0, preTheta: 0, f1: 0, f2: 0 };
    const descriptor = emission.places.filters[index]!.means;
    code.emit('filter', { descriptor, ...images, ...unread, ...sizesOf(emission, step, d) });
  }
  const gather = gatherer(emission, code, index, step, d);
  gather(SCALE, g.k, means.k);
  gather(SHIFT, g.k, ONES);
  if (!g.theta) return;
  if (means.theta) gather(SCALE, g.theta, means.theta);
  gather(NTK_FROM_NNGP, g.theta, means.k);
  gather(NTK_SHIFT, g.theta, ONES);
}

// Where the cotangents of weights are among a step's.
const [SCALE, SHIFT, NTK_FROM_NNGP, NTK_SHIFT] = [0, 1, 2, 3];

/** The address that `dot` takes for an image of ones. */
const ONES = 0;

/** Writes sums over an image at `d` into a step's cotangents. */
function gatherer(
  { addresses, places, lane, bytes }: Emission,
  code: Assembler,
  index: number,
  step: FilterStep,
  d: Displacement,
): (constant: number, a: number, b: number) => void {
  const to = addresses.gConstants + places.constantAt[index];
  return (constant, a, b) =>
    code.emit('dot', { to: to + constant * lane, a, b, bytes: bytes(step.shape, d) });
}
