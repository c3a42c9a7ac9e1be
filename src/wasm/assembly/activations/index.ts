// The nonlinearities by code; those that are not named here are in `pointwise`.
import { Activation } from '../generated/instructions';
import * as abRelu from './ab-relu';
import * as erf from './erf';
import * as gelu from './gelu';
import * as pointwise from './pointwise';

/** Writes what `code` needs of the variances at `q`, each factor in a plane of `stride` bytes. */
export function factors<T extends number>(
  code: i32,
  q: usize,
  to: usize,
  stride: usize,
  bytes: usize,
  params: usize,
): void {
  if (code == Activation.abRelu) abRelu.factors<T>(q, to, stride, bytes);
  else if (code == Activation.erf) erf.factors<T>(q, to, stride, bytes);
  else if (code == Activation.gelu) gelu.factors<T>(q, to, stride, bytes);
  else pointwise.factors<T>(code, q, to, stride, bytes, params);
}

/** (K, Θ) → (K', Θ') on a run of numbers; `outTheta` 0 where the NTK is not wanted. */
export function forward<T extends number>(
  code: i32,
  bytes: usize,
  k: usize,
  theta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  if (code == Activation.abRelu) abRelu.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
  else if (code == Activation.erf) erf.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
  else if (code == Activation.gelu) gelu.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
  else pointwise.forward<T>(code, bytes, k, theta, f1, f2, plane, outK, outTheta, params);
}

/**
 * Replaces the cotangents of (K', Θ') at `gK`, `gTheta` by those of (K, Θ) and adds the cotangents of the two
 * variances at `q1`, `q2` (0 where one is not wanted).
 */
export function backward<T extends number>(
  code: i32,
  bytes: usize,
  k: usize,
  theta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  gK: usize,
  gTheta: usize,
  q1: usize,
  q2: usize,
  params: usize,
): void {
  if (code == Activation.abRelu) abRelu.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else if (code == Activation.erf) erf.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else if (code == Activation.gelu) gelu.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else pointwise.backward<T>(code, bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
}
