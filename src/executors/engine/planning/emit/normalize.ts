import { imageSize, isZero } from '../../lowering/geometry.js';
import { rowSizes, type StepRule } from './emission.js';

/** LayerNorm. */
export const normalizeRule: StepRule<'normalize'> = {
  forward(emission, { code, index, step, d, input, out }) {
    const from = input(step.inputs[0], d);
    const [f1, f2] = emission.factors(index, step, d);
    const { shape, averaged, eps } = step;
    if (emission.ofSamples && isZero(d)) {
      code.emit('normalizeFactors', { q: from.k, to: f1, size: shape, averaged, eps });
    }
    if (!out) return;
    code.emit('normalize', {
      toK: out.k,
      toTheta: from.theta && out.theta,
      fromK: from.k,
      fromTheta: from.theta,
      f1,
      f2,
      size: imageSize(shape, d),
      full: rowSizes(shape),
      one1: Number(!emission.ofSamples),
    });
  },
  adjoint(emission, { code, index, step, d, g, input, value }) {
    const from = value(step.inputs[0], d);
    const to = input(step.inputs[0], d);
    const [f1, f2] = emission.factors(index, step, d);
    const [v1, v2] = emission.variances(index, step, d);
    const theta = g.theta && from.theta && to.theta;
    const { shape, averaged } = step;
    code.emit('normalizeAdjoint', {
      gK: g.k,
      gTheta: theta ? g.theta : 0,
      k: from.k,
      theta: from.theta,
      toK: to.k,
      toTheta: theta ? to.theta : 0,
      ...{ f1, f2, v1, v2 },
      size: imageSize(shape, d),
      full: rowSizes(shape),
      one1: Number(!emission.ofSamples),
    });
    if (emission.ofSamples && isZero(d)) {
      code.emit('normalizeVariances', { v: v2, gQ: to.k, size: shape, averaged });
    }
  },
};
