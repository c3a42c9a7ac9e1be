import { NonFiniteError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { expectLength, withArrays } from './memory.js';

/** A = Vᵀ diag(λ) V. */
export interface EigenDecomposition {
  /** λ `[n]`, rising. */
  readonly values: Float64Array;
  /** V `[n, n]` row-major: row i is the eigenvector of `values[i]`, of length 1. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix `a` `[n, n]`; the upper triangle is read.
 *
 * Residual and orthogonality are of the order of n·2⁻⁵² of the largest eigenvalue, however eigenvalues cluster.
 *
 * @throws ShapeError when `a` has not n² entries.
 * @throws NonFiniteError when an entry is NaN or infinite.
 * @throws UnsupportedError when matrix, vectors and scratch exceed the 4 GiB that WebAssembly addresses: from n = 11,500 on.
 * @remarks Householder tridiagonalisation, divide and conquer, blocked back-transformation: at most about 14/3·n³
 *   operations, fewer where eigenvalues cluster.
 */
export function eigenSymmetric(a: Float64Array, n: number): EigenDecomposition {
  const exponent = scaleOf(a, n);
  return withArrays(
    [n * n, n, n * n],
    (wasm) => wasm.eigenWorkBytes(n, true),
    (wasm, [matrix, values, vectors], gemmWork, work) => {
      setScaled(matrix, a, -exponent);
      const [from, d, z] = [matrix.byteOffset, values.byteOffset, vectors.byteOffset];
      expectConverged(wasm.eigen64(n, from, d, z, work, gemmWork));
      return { values: unscaled(values, exponent), vectors: vectors.slice() };
    },
  );
}

/**
 * The eigenvalues `[n]` of a symmetric matrix `a` `[n, n]`, rising; the upper triangle is read.
 *
 * @throws as {@link eigenSymmetric}.
 * @remarks About 4/3·n³ operations.
 */
export function eigenvaluesSymmetric(a: Float64Array, n: number): Float64Array {
  const exponent = scaleOf(a, n);
  return withArrays(
    [n * n, n],
    (wasm) => wasm.eigenWorkBytes(n, false),
    (wasm, [matrix, values], gemmWork, work) => {
      setScaled(matrix, a, -exponent);
      expectConverged(wasm.eigenvalues64(n, matrix.byteOffset, values.byteOffset, work, gemmWork));
      return unscaled(values, exponent);
    },
  );
}

/** The exponent of 2 of the upper triangle's largest entry, so that squares neither overflow nor vanish. */
function scaleOf(a: Float64Array, n: number): number {
  expectLength('a', a, n * n);
  const bad = firstNonFinite(a);
  if (bad >= 0) {
    throw new NonFiniteError(
      `linalg: a needs finite entries, got ${a[bad]} at [${Math.floor(bad / n)}, ${bad % n}]. Clean the data first.`,
    );
  }
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let at = i * n + i; at < (i + 1) * n; at++) largest = Math.max(largest, Math.abs(a[at]));
  }
  return largest === 0 ? 0 : Math.floor(Math.log2(largest));
}

/** to = from·2^exponent, in two factors as either power alone may leave the range. */
function setScaled(to: Float64Array, from: Float64Array, exponent: number): void {
  const half = 2 ** Math.trunc(exponent / 2);
  const rest = 2 ** (exponent - Math.trunc(exponent / 2));
  for (let i = 0; i < from.length; i++) to[i] = from[i] * half * rest;
}

function unscaled(values: Float64Array, exponent: number): Float64Array {
  const out = new Float64Array(values.length);
  setScaled(out, values, exponent);
  return out;
}

function expectConverged(done: number): void {
  if (!done) throw new Error('linalg: the eigenvalue iteration did not converge. Please report this matrix.');
}
