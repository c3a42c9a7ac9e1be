import { sizeOf } from '../base/nd-array.js';
import { type AdamMoments, adamStep, noMoments } from './adam.js';
import type { KipConfiguration, OptimizerName } from './kip-configuration.js';
import { noSoapMoments, type SoapMoments, soapStep } from './soap.js';

/** What an optimizer remembers of the gradients of one array. */
export type Moments = AdamMoments | SoapMoments;

/** The moments of an array before the first step. */
export function freshMoments(optimizer: OptimizerName, shape: readonly number[]): Moments {
  return optimizer === 'soap' ? noSoapMoments(shape) : noMoments(sizeOf(shape));
}

/** What a step of an optimizer takes. */
export interface OptimizerStep {
  readonly x: Float64Array;
  readonly shape: readonly number[];
  readonly moments: Moments;
  readonly gradient: Float64Array;
  readonly rate: number;
  /** 1 for the first. */
  readonly step: number;
}

/** A step of the optimizer that a run was configured with. Nothing is changed in place. */
export async function optimizerStep(
  { optimizer, adam }: KipConfiguration,
  { x, shape, moments, gradient, rate, step }: OptimizerStep,
  signal?: AbortSignal,
): Promise<{ readonly x: Float64Array; readonly moments: Moments }> {
  return optimizer === 'soap'
    ? soapStep(x, shape, moments as SoapMoments, gradient, rate, step, adam, signal)
    : adamStep(x, moments, gradient, rate, step, adam);
}
