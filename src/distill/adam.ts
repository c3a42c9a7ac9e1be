import { byDefault, isFiniteNumber, rule } from '../base/options.js';

/** Constants of Adam. */
export interface AdamOptions {
  /** Decay of the mean gradient, default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean squared gradient, default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Exponent of the first step's bias correction, default 1. The notebook released with KIP started at 2. */
  readonly firstStep?: number;
}

const constant = rule('needs a finite number', isFiniteNumber);

/** {@link AdamOptions}. */
export const adamOptions = {
  beta1: byDefault(0.9, constant),
  beta2: byDefault(0.999, constant),
  epsilon: byDefault(1e-8, constant),
  firstStep: byDefault(1, constant),
};

/** What Adam remembers of the gradients so far, one number a parameter each. */
export interface AdamMoments {
  /** Running mean of the gradients. */
  readonly mean: Float64Array;
  /** Running mean of the squared gradients. */
  readonly square: Float64Array;
}

/** The moments before the first step. */
export function noMoments(size: number): AdamMoments {
  return { mean: new Float64Array(size), square: new Float64Array(size) };
}

/**
 * A step of Adam along `gradient`: x ← x − rate · m̂ / (√v̂ + ε). Nothing is changed in place.
 *
 * @param step 1 for the first
 */
export function adamStep(
  x: Float64Array,
  moments: AdamMoments,
  gradient: Float64Array,
  rate: number,
  step: number,
  { beta1, beta2, epsilon, firstStep }: Required<AdamOptions>,
): { readonly x: Float64Array; readonly moments: AdamMoments } {
  const exponent = step - 1 + firstStep;
  const meanBias = 1 - beta1 ** exponent;
  const squareBias = 1 - beta2 ** exponent;
  const next = { x: new Float64Array(x.length), moments: noMoments(x.length) };
  const { mean, square } = next.moments;
  for (let i = 0; i < x.length; i++) {
    mean[i] = beta1 * moments.mean[i] + (1 - beta1) * gradient[i];
    square[i] = beta2 * moments.square[i] + (1 - beta2) * gradient[i] ** 2;
    next.x[i] = x[i] - (rate * (mean[i] / meanBias)) / (Math.sqrt(square[i] / squareBias) + epsilon);
  }
  return next;
}
