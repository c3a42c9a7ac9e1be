// The list of activations by code, `pointwise` having those from 4 on; the driver's list (../../activations.ts) is in the
// same order.
import * as abRelu from './ab-relu';
import * as erf from './erf';
import * as gelu from './gelu';
import * as pointwise from './pointwise';

export const AB_RELU: i32 = 1;
export const ERF: i32 = 2;
export const GELU: i32 = 3;

/** Writes what `code` needs of the variances at `q`, each factor in a plane of `stride` bytes. */
export function factors<T extends number>(
  code: i32,
  q: usize,
  to: usize,
  stride: usize,
  bytes: usize,
  params: usize,
): void {
  if (code == AB_RELU) abRelu.factors<T>(q, to, stride, bytes);
  else if (code == ERF) erf.factors<T>(q, to, stride, bytes);
  else if (code == GELU) gelu.factors<T>(q, to, stride, bytes);
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
  if (code == AB_RELU) abRelu.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
  else if (code == ERF) erf.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
  else if (code == GELU) gelu.forward<T>(bytes, k, theta, f1, f2, plane, outK, outTheta, params);
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
  if (code == AB_RELU) abRelu.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else if (code == ERF) erf.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else if (code == GELU) gelu.backward<T>(bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
  else pointwise.backward<T>(code, bytes, k, theta, f1, f2, plane, gK, gTheta, q1, q2, params);
}
