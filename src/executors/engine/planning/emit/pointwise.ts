import type { Displacement } from '../../../../program/ops/rule.js';
import { firstPixel, imageSize, isZero, negate, pixels } from '../../lowering/geometry.js';
import type { Image } from '../plan-types.js';
import {
  bothImages,
  type Emission,
  type Instance,
  rowSizes,
  type StepOf,
  type StepRule,
} from './emission.js';

/** A step that maps each pair of positions by itself, in a way that is its own adjoint: `to` += what it makes of `from`. */
function selfAdjoint<Kind extends 'weigh' | 'weighSamples' | 'dropout'>(
  addTo: (emission: Emission, at: Instance<StepOf<Kind>>, to: Image, from: Image) => void,
): StepRule<Kind> {
  return {
    forward(emission, at) {
      emission.zero(at.code, at.step.shape, at.d, at.out!);
      addTo(emission, at, at.out!, at.input(at.step.inputs[0], at.d));
    },
    adjoint: (emission, at) => addTo(emission, at, at.input(at.step.inputs[0], at.d), at.g),
  };
}

/** The sum of branches. */
export const sumRule: StepRule<'sum'> = {
  forward(emission, { code, step, d, out, input }) {
    emission.zero(code, step.shape, d, out!);
    for (const source of step.inputs) emission.add(code, step.shape, d, out!, input(source, d));
  },
  adjoint(emission, { code, step, d, g, input }) {
    for (const source of step.inputs) emission.add(code, step.shape, d, input(source, d), g);
  },
};

/** The product of two branches. */
export const productRule: StepRule<'product'> = {
  forward(emission, { code, step, d, out, input }) {
    const [a, b] = step.inputs.map((source) => input(source, d));
    const factors = { aK: a.k, aTheta: a.theta, bK: b.k, bTheta: b.theta };
    const bytes = emission.bytes(step.shape, d);
    code.emit('product', { toK: out!.k, toTheta: out!.theta, ...factors, bytes });
  },
  adjoint(emission, { code, step, d, g, input, value }) {
    const [a, b] = step.inputs.map((source) => value(source, d));
    const [toA, toB] = step.inputs.map((source) => input(source, d));
    const factors = { aK: a.k, aTheta: a.theta, bK: b.k, bTheta: b.theta };
    const to = { toAK: toA.k, toATheta: toA.theta, toBK: toB.k, toBTheta: toB.theta };
    const bytes = emission.bytes(step.shape, d);
    code.emit('productAdjoint', { gK: g.k, gTheta: g.theta, ...factors, bytes, ...to });
  },
};

/** Weights of the positions. */
export const weighRule = selfAdjoint<'weigh'>(({ places, number }, { code, index, step, d }, to, from) => {
  const table = places.tables[index];
  code.emit('weigh', {
    ...bothImages(to, from),
    size: imageSize(step.shape, d),
    w1: table + firstPixel(step.shape, d) * number,
    w2: table + firstPixel(step.shape, negate(d)) * number,
    full: rowSizes(step.shape),
  });
});

/** Weights of the positions, of each sample's own. */
export const weighSamplesRule = selfAdjoint<'weighSamples'>((emission, { code, step, d }, to, from) => {
  const { x1, x2 } = emission.addresses;
  code.emit('weighSamples', {
    ...bothImages(to, from),
    size: imageSize(step.shape, d),
    w1: x1 + (step.at + firstPixel(step.shape, d)) * emission.number1,
    w2: x2 + (step.at + firstPixel(step.shape, negate(d))) * emission.lane,
    full: rowSizes(step.shape),
    lanes1: Number(emission.ofSamples),
  });
});

/** Equal positions alone. */
export const diagonalRule: StepRule<'diagonal'> = {
  forward(emission, { code, step, d, out, input }) {
    emission.zero(code, step.shape, d, out!);
    if (isZero(d)) emission.add(code, step.shape, d, out!, input(step.inputs[0], d));
  },
  adjoint(emission, { code, step, d, g, input }) {
    if (isZero(d)) emission.add(code, step.shape, d, input(step.inputs[0], d), g);
  },
};

/** Equal positions of one sample scaled. */
export const dropoutRule = selfAdjoint<'dropout'>((emission, { code, step, d }, to, from) => {
  if (!isZero(d)) {
    emission.add(code, step.shape, d, to, from);
    return;
  }
  const rest = {
    bytes: emission.bytes(step.shape, d),
    same: emission.addresses.same,
    excess: step.scale - 1,
  };
  code.emit('dropout', { to: to.k, from: from.k, ...rest });
  if (to.theta && from.theta) code.emit('dropout', { to: to.theta, from: from.theta, ...rest });
});

/** A constant of each pair of positions, added. */
export const embedRule: StepRule<'embed'> = {
  forward(emission, { code, index, step, d, out, input }) {
    const { shape } = step;
    emission.zero(code, shape, d, out!);
    emission.add(code, shape, d, out!, input(step.inputs[0], d));
    code.emit('embed', {
      toK: out!.k,
      toTheta: out!.theta,
      table: emission.places.tables[index] + firstPair(step, d) * emission.number,
      size: imageSize(shape, d),
      full: rowSizes(shape),
      positions: pixels(shape),
    });
  },
  adjoint: (emission, { code, step, d, g, input }) =>
    emission.add(code, step.shape, d, input(step.inputs[0], d), g),
};

/** The index of an image's first pair of positions among all pairs. */
const firstPair = ({ shape }: StepOf<'embed'>, d: Displacement): number =>
  firstPixel(shape, d) * pixels(shape) + firstPixel(shape, negate(d));
