import type * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { tolerance } from '../support/tolerance.js';
import { type Estimate, type Estimates, empiricalKernels, type FiniteNet } from './empirical.js';

/** What a comparison must be able to see: the largest standard error, relative to the largest entry. */
const sharp = 0.03;

/** Standard errors between an estimate and the analytic kernel, at most. */
const close = 3;

/**
 * Compares a network's kernels with the mean over finite networks.
 *
 * Drawing ends once both estimates are sharp and agree. An estimate that is off by chance agrees after more draws; against a
 * wrong kernel it is off by ever more standard errors.
 */
export function compareWithFinite(
  net: FiniteNet,
  x: tf.Tensor,
  analytic: { readonly nngp: tf.Tensor; readonly ntk: tf.Tensor },
): void {
  const exact = { nngp: analytic.nngp.dataSync(), ntk: analytic.ntk.dataSync() };
  const worst = (measure: (estimate: Estimate, exact: ArrayLike<number>) => number, found: Estimates) =>
    Math.max(measure(found.nngp, exact.nngp), measure(found.ntk, exact.ntk));
  const found = empiricalKernels(net, x, {
    seed: 1,
    most: 400,
    enough: (so) => worst(resolution, so) < sharp && worst(distance, so) < close,
  });
  expect(resolution(found.nngp), 'resolution of the NNGP').toBeLessThan(sharp);
  expect(resolution(found.ntk), 'resolution of the NTK').toBeLessThan(sharp);
  expect(distance(found.nngp, exact.nngp), 'NNGP').toBeLessThan(close);
  expect(distance(found.ntk, exact.ntk), 'NTK').toBeLessThan(close);
}

/** Standard errors between an estimate and the analytic kernel, at most. */
function distance({ mean, standardError }: Estimate, analytic: ArrayLike<number>): number {
  // Entries on which every draw agrees, as Sign's squares, have rounding errors alone.
  const errors = standardError.map((error, i) =>
    Math.max(error, tolerance.f32.rounding * Math.abs(analytic[i])),
  );
  return Math.max(...mean.map((value, i) => Math.abs(value - analytic[i]) / errors[i]));
}

/** Largest standard error, relative to the largest entry: how much the comparison can see. */
function resolution({ mean, standardError }: Estimate): number {
  return Math.max(...standardError) / Math.max(...mean.map(Math.abs));
}
