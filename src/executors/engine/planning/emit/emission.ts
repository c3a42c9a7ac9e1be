import type { Displacement } from '../../../../program/ops/rule.js';
import { firstPixel, imageSize, negate, pixels, type Triple } from '../../lowering/geometry.js';
import type { Lowered } from '../../lowering/lower.js';
import type { Step } from '../../lowering/steps.js';
import type { Addresses, SamplePlaces } from '../addresses.js';
import type { Assembler } from '../assembler.js';
import type { Image, ImageOf, PlanRequest } from '../plan-types.js';
import type { StepConstants } from '../step-constants.js';

/** A step of one kind. */
export type StepOf<Kind extends Step['kind']> = Step & { readonly kind: Kind };

/** One step at one displacement. */
export interface Instance<S> {
  readonly code: Assembler;
  readonly index: number;
  readonly step: S;
  readonly d: Displacement;
  /** The images of the step's inputs; in `adjoint`, their cotangents, which are added to. */
  readonly input: ImageOf;
  /** What a nonlinearity was applied to; where the step's variances themselves are computed they go there. */
  readonly tape: Image | null;
}

/** A step's forward instructions; without `out`, for a nonlinearity's tape or a sample's factors alone. */
export interface Forward<S> extends Instance<S> {
  readonly out: Image | null;
}

/** A step's adjoint instructions, which may overwrite the cotangent `g`; `value` finds the inputs' own images. */
export interface Adjoint<S> extends Instance<S> {
  readonly g: Image;
  readonly value: ImageOf;
  /** Room for an image, where cotangents of constants are gathered. */
  readonly spare: Image | null;
}

/** How steps of one kind are written. */
export interface StepRule<Kind extends Step['kind']> {
  forward(emission: Emission, at: Forward<StepOf<Kind>>): void;
  adjoint(emission: Emission, at: Adjoint<StepOf<Kind>>): void;
}

/** Where things are in memory, and the instructions that many kinds of steps share. */
export class Emission {
  readonly lowered: Lowered;
  readonly addresses: Addresses;
  /** What instructions point at beside these, step by step. */
  readonly places: StepConstants & SamplePlaces;
  /** Bytes of a number, and of one for each lane. */
  readonly number: number;
  readonly lane: number;
  /** Whether x1 is a sample a lane too, and not one for all lanes. */
  readonly ofSamples: boolean;
  /** Whether the cotangents of constants are gathered. */
  readonly constants: boolean;

  readonly #ntk: boolean;

  constructor(
    { lowered, mode, lanes, ntk, constants }: PlanRequest,
    number: number,
    addresses: Addresses,
    places: StepConstants & SamplePlaces,
  ) {
    this.lowered = lowered;
    this.#ntk = ntk;
    this.addresses = addresses;
    this.places = places;
    this.number = number;
    this.lane = lanes * number;
    this.ofSamples = mode === 'sample';
    this.constants = constants;
  }

  /** Bytes of one of x1's numbers. */
  get number1(): number {
    return this.ofSamples ? this.lane : this.number;
  }

  /** Bytes of the image at a displacement. */
  readonly bytes = (shape: Triple, d: Displacement): number => pixels(imageSize(shape, d)) * this.lane;

  /** Whether a step has a Θ that is wanted. */
  readonly hasTheta = (step: Step): boolean => this.#ntk && step.theta;

  /** Whether a step's adjoint needs what the step was applied to. */
  readsInputs({ kind }: Step): boolean {
    return kind === 'product' || kind === 'normalize' || (kind === 'filter' && this.constants);
  }

  inputShape(step: Step): Triple {
    return this.lowered.steps[step.inputs[0]].shape;
  }

  zero(code: Assembler, shape: Triple, d: Displacement, image: Image): void {
    for (const at of [image.k, image.theta]) {
      if (at) code.emit('zero', { to: at, bytes: this.bytes(shape, d) });
    }
  }

  add(code: Assembler, shape: Triple, d: Displacement, to: Image, from: Image): void {
    const bytes = this.bytes(shape, d);
    code.emit('add', { to: to.k, from: from.k, bytes });
    if (to.theta && from.theta) code.emit('add', { to: to.theta, from: from.theta, bytes });
  }

  /** Where the factors of a step's first pixel are, x1's and x2's. */
  factors(index: number, step: Step, d: Displacement): [number, number] {
    const { factors1, factors2 } = this.addresses;
    const { factorAt, factorStep1 } = this.places;
    return [
      factors1 + (factorAt[index] + firstPixel(step.shape, d)) * factorStep1,
      factors2 + (factorAt[index] + firstPixel(step.shape, negate(d))) * this.lane,
    ];
  }

  /** Where the cotangents of the variances at a step's first pixel are; 0 where they are not wanted. */
  variances(index: number, step: Step, d: Displacement): [number, number] {
    const { variances1, variances2 } = this.addresses;
    const at = this.places.varianceAt[index];
    return [
      variances1 && variances1 + at + firstPixel(step.shape, d) * this.lane,
      variances2 && variances2 + at + firstPixel(step.shape, negate(d)) * this.lane,
    ];
  }
}

/** The addresses of two images, Θ's where both have one. */
export function bothImages(to: Image, from: Image) {
  const theta = to.theta && from.theta;
  return { toK: to.k, toTheta: theta ? to.theta : 0, fromK: from.k, fromTheta: theta ? from.theta : 0 };
}

/** The sizes of the rows of an image: those of its last two axes. */
export const rowSizes = (size: Triple): [number, number] => [size[1], size[2]];
