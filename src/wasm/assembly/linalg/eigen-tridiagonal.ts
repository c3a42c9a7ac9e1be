// A symmetric matrix as A = Q T Qᵀ with T tridiagonal, by Householder reflections (LAPACK's dsytrd), and the way back.
//
// Half of the work is products of the remaining matrix with a vector, which read the matrix for each reflection; the other
// half waits until a panel of reflections is complete, and is one matrix product.

import { FOUR_A_GROUP, GROUP, REGISTER, TWO_A_GROUP } from '../lanes';
import { gemm } from './gemm';
import { addScaled, dot, scale, sumOfEight } from './vectors';

/** Reflections that update the remaining matrix together. */
const PANEL: i32 = 32;
/** Rows of the remaining matrix that are updated together, from their diagonal on. */
const STRIP: i32 = 64;
/** Reflections that are applied together on the way back. */
const BLOCK: i32 = 64;
/** Squares of entries below this are rounding error beside entries of about 1. */
const NEGLIGIBLE: f64 = 1e-290;

/** Bytes of scratch memory of both directions. */
export function tridiagonalWorkBytes(n: i32): usize {
  return <usize>(2 * BLOCK * n + BLOCK * BLOCK) * 8;
}

/** y = A·x for a symmetric A `[n, n]` of which the upper triangle is read, once: entry [i, j] serves both sides. */
function symmetricTimes(n: i32, a: usize, stride: usize, x: usize, y: usize): void {
  memory.fill(y, 0, <usize>n * 8);
  let i = 0;
  for (; i + 2 <= n; i += 2, a += 2 * stride + 16, x += 16, y += 16) {
    addRow(2, a, x, y);
    addRow(1, a + stride + 8, x + 8, y + 8);
    addTwoRows(n - i - 2, a + 16, a + stride + 16, x, y);
  }
  if (i < n) addRow(1, a, x, y);
}

/** x0·u + x1·v */
@inline
function combined(x0: v128, u: v128, x1: v128, v: v128): v128 {
  return v128.add<f64>(v128.mul<f64>(x0, u), v128.mul<f64>(x1, v));
}

/** What two rows of n numbers right of their diagonals add to y, whose first two entries are these rows'. */
function addTwoRows(n: i32, a0: usize, a1: usize, x: usize, y: usize): void {
  const f0 = load<f64>(x);
  const f1 = load<f64>(x, 8);
  const x0 = v128.splat<f64>(f0);
  const x1 = v128.splat<f64>(f1);
  let s0 = v128.splat<f64>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  let from = x + 16;
  let to = y + 16;
  let j = 0;
  for (; j + 8 <= n; j += 8, a0 += GROUP, a1 += GROUP, from += GROUP, to += GROUP) {
    let u = v128.load(a0);
    let v = v128.load(a1);
    let w = v128.load(from);
    s0 = v128.add<f64>(s0, v128.mul<f64>(u, w));
    t0 = v128.add<f64>(t0, v128.mul<f64>(v, w));
    v128.store(to, v128.add<f64>(v128.load(to), combined(x0, u, x1, v)));
    if (TWO_A_GROUP) {
      u = v128.load(a0, REGISTER);
      v = v128.load(a1, REGISTER);
      w = v128.load(from, REGISTER);
      s1 = v128.add<f64>(s1, v128.mul<f64>(u, w));
      t1 = v128.add<f64>(t1, v128.mul<f64>(v, w));
      v128.store(to, v128.add<f64>(v128.load(to, REGISTER), combined(x0, u, x1, v)), REGISTER);
    }
    if (FOUR_A_GROUP) {
      u = v128.load(a0, 2 * REGISTER);
      v = v128.load(a1, 2 * REGISTER);
      w = v128.load(from, 2 * REGISTER);
      s2 = v128.add<f64>(s2, v128.mul<f64>(u, w));
      t2 = v128.add<f64>(t2, v128.mul<f64>(v, w));
      v128.store(to, v128.add<f64>(v128.load(to, 2 * REGISTER), combined(x0, u, x1, v)), 2 * REGISTER);
      u = v128.load(a0, 3 * REGISTER);
      v = v128.load(a1, 3 * REGISTER);
      w = v128.load(from, 3 * REGISTER);
      s3 = v128.add<f64>(s3, v128.mul<f64>(u, w));
      t3 = v128.add<f64>(t3, v128.mul<f64>(v, w));
      v128.store(to, v128.add<f64>(v128.load(to, 3 * REGISTER), combined(x0, u, x1, v)), 3 * REGISTER);
    }
  }
  let s = sumOfEight(s0, s1, s2, s3);
  let t = sumOfEight(t0, t1, t2, t3);
  for (; j < n; j++, a0 += 8, a1 += 8, from += 8, to += 8) {
    s += load<f64>(a0) * load<f64>(from);
    t += load<f64>(a1) * load<f64>(from);
    store<f64>(to, load<f64>(to) + (f0 * load<f64>(a0) + f1 * load<f64>(a1)));
  }
  store<f64>(y, load<f64>(y) + s);
  store<f64>(y, load<f64>(y, 8) + t, 8);
}

/** What the first n numbers of a row, from its diagonal on, add to y. */
function addRow(n: i32, a: usize, x: usize, y: usize): void {
  const first = load<f64>(x);
  let sum = load<f64>(a) * first;
  for (let j: usize = 8; j < <usize>n * 8; j += 8) {
    sum += load<f64>(a + j) * load<f64>(x + j);
    store<f64>(y + j, load<f64>(y + j) + load<f64>(a + j) * first);
  }
  store<f64>(y, load<f64>(y) + sum);
}

/** Makes x `[n]` the vector v, v[0] = 1, of the reflection I − τ·v·vᵀ that takes it to (β, 0, …); τ and β are stored. */
function reflector(n: i32, x: usize, tau: usize, beta: usize): void {
  const head = load<f64>(x);
  const tail = dot(n - 1, x + 8, x + 8);
  store<f64>(x, 1);
  if (tail < NEGLIGIBLE) {
    memory.fill(x + 8, 0, <usize>(n - 1) * 8);
    store<f64>(tau, 0);
    store<f64>(beta, head);
    return;
  }
  const norm = Math.sqrt(head * head + tail);
  const end = head > 0 ? -norm : norm;
  scale(n - 1, x + 8, 1 / (head - end));
  store<f64>(tau, (end - head) / end);
  store<f64>(beta, end);
}

/**
 * The diagonal d `[n]` and what stands beside it, e `[n − 1]`, of T. Of A, whose upper triangle is read, row c keeps
 * the c-th reflection's vector right of the diagonal; its factor is tau[c].
 *
 * @param work scratch memory of `tridiagonalWorkBytes(n)` bytes
 */
export function tridiagonalise(
  n: i32,
  a: usize,
  d: usize,
  e: usize,
  tau: usize,
  work: usize,
  gemmWork: usize,
): void {
  const bytes = <usize>n * 8;
  for (let c0 = 0; c0 < n; c0 += PANEL) {
    const size = min(PANEL, n - c0);
    // The panel takes V Wᵀ + W Vᵀ from the matrix: [V, W]·[W, V]ᵀ is one product, where V stands on both sides of W.
    const v = work;
    const w = v + <usize>size * bytes;
    for (let j = 0; j < size; j++) {
      const c = c0 + j;
      const at = <usize>c * 8;
      const row = a + <usize>c * bytes + at;
      for (let i: usize = 0; i < <usize>j; i++) {
        const vi = v + i * bytes + at;
        const wi = w + i * bytes + at;
        addScaled(n - c, row, -load<f64>(vi), wi);
        addScaled(n - c, row, -load<f64>(wi), vi);
      }
      store<f64>(d + at, load<f64>(row));
      const rest = n - c - 1;
      if (rest === 0) break;
      const x = row + 8;
      reflector(rest, x, tau + at, e + at);
      const factor = load<f64>(tau + at);
      const to = w + <usize>j * bytes + at + 8;
      memory.copy(v + <usize>j * bytes + at + 8, x, <usize>rest * 8);
      symmetricTimes(rest, row + bytes + 8, bytes, x, to);
      for (let i: usize = 0; i < <usize>j; i++) {
        const vi = v + i * bytes + at + 8;
        const wi = w + i * bytes + at + 8;
        const ofV = dot(rest, vi, x);
        addScaled(rest, to, -dot(rest, wi, x), vi);
        addScaled(rest, to, -ofV, wi);
      }
      scale(rest, to, factor);
      addScaled(rest, to, -0.5 * factor * dot(rest, to, x), x);
    }
    memory.copy(w + <usize>size * bytes, v, <usize>size * bytes);
    for (let i = c0 + size; i < n; i += STRIP) {
      const at = <usize>i * 8;
      const corner = a + <usize>i * bytes + at;
      gemm<f64>(min(STRIP, n - i), n - i, 2 * size, v + at, 1, n, w + at, n, 1, corner, n, true, gemmWork);
    }
  }
}

/**
 * Z := Z Qᵀ for rows Z `[n, n]`: eigenvectors of T become those of A. What A holds left of its vectors is overwritten.
 *
 * @param work scratch memory of `tridiagonalWorkBytes(n)` bytes
 */
export function undoTridiagonal(n: i32, a: usize, tau: usize, z: usize, work: usize, gemmWork: usize): void {
  const products = work;
  const turned = products + <usize>(n * BLOCK) * 8;
  const t = turned + <usize>(n * BLOCK) * 8;
  const bytes = <usize>n * 8;
  for (let c0 = ((n - 2) / BLOCK) * BLOCK; c0 >= 0; c0 -= BLOCK) {
    const size = min(BLOCK, n - 1 - c0);
    const width = n - 1 - c0;
    const v = a + <usize>c0 * bytes + <usize>(c0 + 1) * 8;
    for (let j = 1; j < size; j++) memory.fill(v + <usize>j * bytes, 0, <usize>j * 8);
    triangleOf(size, width, v, bytes, tau + <usize>c0 * 8, t, products);
    const part = z + <usize>(c0 + 1) * 8;
    memory.fill(products, 0, <usize>(n * size) * 8);
    gemm<f64>(n, size, width, part, n, 1, v, 1, n, products, size, false, gemmWork);
    memory.fill(turned, 0, <usize>(n * size) * 8);
    gemm<f64>(n, size, size, products, size, 1, t, 1, BLOCK, turned, size, false, gemmWork);
    gemm<f64>(n, width, size, turned, size, 1, v, n, 1, part, n, true, gemmWork);
  }
}

/** The upper triangle T with H₀ H₁ … = I − V T Vᵀ, for the reflections whose vectors are V's columns (rows here). */
function triangleOf(size: i32, width: i32, v: usize, stride: usize, tau: usize, t: usize, scratch: usize): void {
  memory.fill(t, 0, BLOCK * BLOCK * 8);
  for (let j = 0; j < size; j++) {
    const factor = load<f64>(tau + <usize>j * 8);
    for (let i: usize = 0; i < <usize>j; i++) {
      store<f64>(scratch + i * 8, dot(width - j, v + i * stride + <usize>j * 8, v + <usize>j * stride + <usize>j * 8));
    }
    for (let i = 0; i < j; i++) {
      const row = t + <usize>(i * BLOCK) * 8;
      const sum = dot(j - i, row + <usize>i * 8, scratch + <usize>i * 8);
      store<f64>(row + <usize>j * 8, -factor * sum);
    }
    store<f64>(t + <usize>(j * BLOCK + j) * 8, factor);
  }
}
