// Eigenvalues and eigenvectors of a symmetric matrix in f64: tridiagonal form, divide and conquer, and the way back.

import { merge, mergeWorkBytes } from './eigen-merge';
import { ql } from './eigen-ql';
import { tridiagonalise, tridiagonalWorkBytes, undoTridiagonal } from './eigen-tridiagonal';

/** Up to this size a tridiagonal block is iterated, above it is halved. */
const BASE: i32 = 32;

/** Bytes of scratch memory, besides `gemmWorkBytes()`, with eigenvectors or without. */
export function eigenWorkBytes(n: i32, vectors: bool): usize {
  const lists = <usize>(3 * n) * 8;
  const forth = tridiagonalWorkBytes(n);
  return lists + (vectors ? max(forth, mergeWorkBytes(n)) : forth);
}

/** Rows lo … lo + n of the tridiagonal matrix; `order` has their places by rising eigenvalue, counted from lo. */
function divide(n: i32, d: usize, e: usize, q: usize, stride: usize, order: usize, work: usize, gemmWork: usize): bool {
  if (n <= BASE) {
    for (let i = 0; i < n; i++) {
      store<i32>(order + (<usize>i << 2), i);
      store<f64>(q + <usize>i * stride + (<usize>i << 3), 1);
    }
    memory.copy(work, e, <usize>n << 3);
    return ql(n, d, work, q, stride);
  }
  const left = n >> 1;
  const beside = d + (<usize>left << 3);
  const rho = load<f64>(e + (<usize>(left - 1) << 3));
  store<f64>(beside - 8, load<f64>(beside - 8) - abs(rho));
  store<f64>(beside, load<f64>(beside) - abs(rho));
  const shift = <usize>left << 3;
  const corner = q + <usize>left * stride + shift;
  if (!divide(left, d, e, q, stride, order, work, gemmWork)) return false;
  if (!divide(n - left, beside, e + shift, corner, stride, order + (shift >> 1), work, gemmWork)) return false;
  merge(n, left, d, q, stride, order, rho, work, gemmWork);
  return true;
}

/**
 * A = Zᵀ diag(d) Z for a symmetric A `[n, n]`, row-major, with entries up to about 1, whose upper triangle is read; A is
 * overwritten.
 *
 * @param d `[n]`: the eigenvalues, rising
 * @param z `[n, n]`: row i is the eigenvector of d[i]
 * @param work scratch memory of `eigenWorkBytes(n, true)` bytes
 * @returns whether the iteration on small blocks converged; it does
 */
export function eigen64(n: i32, a: usize, d: usize, z: usize, work: usize, gemmWork: usize): bool {
  if (n === 0) return true;
  const bytes = <usize>n << 3;
  const e = work;
  const tau = e + bytes;
  const order = tau + bytes;
  const scratch = order + bytes;
  tridiagonalise(n, a, d, e, tau, scratch, gemmWork);
  memory.fill(z, 0, <usize>n * bytes);
  if (!divide(n, d, e, z, bytes, order, scratch, gemmWork)) return false;
  const rows = scratch + bytes;
  memory.copy(scratch, d, bytes);
  memory.copy(rows, z, <usize>n * bytes);
  for (let i = 0; i < n; i++) {
    const from = <usize>load<i32>(order + (<usize>i << 2));
    store<f64>(d + (<usize>i << 3), load<f64>(scratch + (from << 3)));
    memory.copy(z + <usize>i * bytes, rows + from * bytes, bytes);
  }
  undoTridiagonal(n, a, tau, z, scratch, gemmWork);
  return true;
}

/** The eigenvalues alone, in a fraction of the time; otherwise as {@link eigen64}. */
export function eigenvalues64(n: i32, a: usize, d: usize, work: usize, gemmWork: usize): bool {
  if (n === 0) return true;
  const bytes = <usize>n << 3;
  const e = work;
  const tau = e + bytes;
  tridiagonalise(n, a, d, e, tau, tau + 2 * bytes, gemmWork);
  return ql(n, d, e, 0, 0);
}
