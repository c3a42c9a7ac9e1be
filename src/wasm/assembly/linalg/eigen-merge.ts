// One step of divide and conquer: the eigenvectors of two neighbouring blocks of a tridiagonal matrix become those of
// both blocks and of the entry ρ that couples them (LAPACK's dlaed2 and dlaed3).
//
// With the blocks' eigenvectors as a basis the matrix is diag(d) + 2|ρ|·z·zᵀ. Where z vanishes or two entries of d
// agree, to rounding, eigenvectors stay as they are (deflation); the others are sums of the blocks' rows, one product.
// The vectors are made of the z for which the roots found are exact (Gu and Eisenstat, "A stable and efficient algorithm for
// the rank-one modification of the symmetric eigenproblem", 1994), so they are orthogonal however close roots lie.

import { REGISTER } from '../lanes';
import { gemm } from './gemm';
import { secularRoot } from './eigen-secular';
import { dot, LANES } from './vectors';

/** A row is not 0 in the left block's columns, in the right one's, or in both. */
const LEFT: i32 = 1;
const RIGHT: i32 = 2;

/** Bytes of scratch memory of {@link merge}. */
export function mergeWorkBytes(n: i32): usize {
  return (<usize>(2 * n) * n + <usize>(7 * n)) * 8;
}

// The scratch memory of the merge at hand.

/** Two matrices: the rows of q as they were, and p_j − λ_i, then the eigenvectors in the blocks' basis. */
let held: usize = 0;
let roots: usize = 0;
/** Numbers: z, then the kept ones' d, 2|ρ|·z² and z. */
let z: usize = 0;
let poles: usize = 0;
let weights: usize = 0;
let scratch: usize = 0;
/** Row numbers: by rising d; mixed with others; eigenvectors already. */
let sorted: usize = 0;
let kept: usize = 0;
let settled: usize = 0;
/** What columns a row reaches, and the kept rows' places by that. */
let sides: usize = 0;
let columns: usize = 0;

function layOut(n: i32, work: usize): void {
  const bytes = <usize>n << 3;
  held = work;
  roots = held + <usize>n * bytes;
  z = roots + <usize>n * bytes;
  poles = z + bytes;
  weights = poles + bytes;
  scratch = weights + bytes;
  sorted = scratch + bytes;
  kept = sorted + (bytes >> 1);
  settled = kept + (bytes >> 1);
  sides = settled + (bytes >> 1);
  columns = sides + (bytes >> 1);
}

@inline
function index(list: usize, i: i32): i32 {
  return load<i32>(list + (<usize>i << 2));
}

@inline
function number(list: usize, i: i32): f64 {
  return load<f64>(list + (<usize>i << 3));
}

@inline
function put(list: usize, i: i32, entry: i32): void {
  store<i32>(list + (<usize>i << 2), entry);
}

/** z = the blocks' last and first columns of eigenvectors, of length 1 together. */
function couple(n: i32, left: i32, q: usize, stride: usize, rho: f64): void {
  for (let i = 0; i < n; i++) {
    const row = q + <usize>i * stride;
    const entry = i < left ? number(row, left - 1) : rho < 0 ? -number(row, left) : number(row, left);
    store<f64>(z + (<usize>i << 3), entry * Math.SQRT1_2);
  }
}

/** Merges two ascending lists of rows; the second one's count from `shift` on. */
function mergeOrders(n1: i32, list1: usize, n2: i32, list2: usize, shift: i32, d: usize, to: usize): void {
  let i = 0;
  let j = 0;
  for (let at = 0; at < n1 + n2; at++) {
    const first = i < n1 && (j === n2 || number(d, index(list1, i)) <= number(d, index(list2, j) + shift));
    store<i32>(to + (<usize>at << 2), first ? index(list1, i++) : index(list2, j++) + shift);
  }
}

/** (x, y) := (c·x + s·y, c·y − s·x) */
function rotate(n: i32, x: usize, y: usize, c: f64, s: f64): void {
  for (let i = 0; i < n; i++, x += 8, y += 8) {
    const before = load<f64>(x);
    const other = load<f64>(y);
    store<f64>(x, c * before + s * other);
    store<f64>(y, c * other - s * before);
  }
}

/** z made anew from the roots: z_i² = −Π_j (p_i − λ_j) / Π_{j≠i} (p_i − p_j), with the signs of z. */
function weighAnew(k: i32): void {
  const products = scratch;
  const row = <usize>k << 3;
  for (let i = 0; i < k; i++) store<f64>(products + (<usize>i << 3), number(roots + <usize>i * row, i));
  for (let j = 0; j < k; j++) {
    const differences = roots + <usize>j * row;
    const pole = number(poles, j);
    multiplyRatios(0, j, differences, pole, products);
    multiplyRatios(j + 1, k, differences, pole, products);
  }
  for (let i = 0; i < k; i++) {
    const at = <usize>i << 3;
    store<f64>(z + at, copysign<f64>(Math.sqrt(max(0, -load<f64>(products + at))), load<f64>(z + at)));
  }
}

/** products[i] *= differences[i] / (poles[i] − pole) */
function multiplyRatios(from: i32, to: i32, differences: usize, pole: f64, products: usize): void {
  const subtrahend = v128.splat<f64>(pole);
  let i = from;
  let at = <usize>from << 3;
  for (; i + LANES <= to; i += LANES, at += REGISTER) {
    const ratio = v128.div<f64>(v128.load(differences + at), v128.sub<f64>(v128.load(poles + at), subtrahend));
    v128.store(products + at, v128.mul<f64>(v128.load(products + at), ratio));
  }
  for (; i < to; i++, at += 8) {
    const ratio = load<f64>(differences + at) / (load<f64>(poles + at) - pole);
    store<f64>(products + at, load<f64>(products + at) * ratio);
  }
}

/** Row i of `roots`, p_j − λ_i, becomes the eigenvector z_j/(p_j − λ_i), of length 1, in the order of `columns`. */
function vectorsOfRoots(k: i32): void {
  for (let i = 0; i < k; i++) {
    const row = roots + (<usize>i * k << 3);
    for (let j = 0; j < k; j++) store<f64>(scratch + (<usize>j << 3), number(z, j) / number(row, j));
    const factor = 1 / Math.sqrt(dot(k, scratch, scratch));
    for (let j = 0; j < k; j++) store<f64>(row + (<usize>j << 3), number(scratch, index(columns, j)) * factor);
  }
}

/**
 * Finds the rows that stay eigenvectors, turning pairs of equal d until one of them does.
 *
 * @returns how many are kept; the others are settled
 */
function deflate(n: i32, left: i32, d: usize, q: usize, stride: usize, strength: f64): i32 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    largest = max(largest, max(abs(number(d, i)), abs(number(z, i))));
    put(sides, i, i < left ? LEFT : RIGHT);
  }
  const negligible = 4 * f64.EPSILON * largest;
  let k = 0;
  let done = 0;
  let previous = -1;
  for (let at = 0; at < n; at++) {
    const j = index(sorted, at);
    if (strength * abs(number(z, j)) <= negligible) {
      put(settled, done++, j);
      continue;
    }
    if (previous >= 0) {
      if (turn(n, previous, j, d, q, stride, negligible)) put(settled, done++, previous);
      else put(kept, k++, previous);
    }
    previous = j;
  }
  if (previous >= 0) put(kept, k++, previous);
  return k;
}

/** Turns rows i and j so that z_i vanishes, if what this couples them by is negligible. */
function turn(n: i32, i: i32, j: i32, d: usize, q: usize, stride: usize, negligible: f64): bool {
  const zi = number(z, i);
  const zj = number(z, j);
  const length = Math.sqrt(zi * zi + zj * zj);
  const c = zj / length;
  const s = -zi / length;
  const low = number(d, i);
  const high = number(d, j);
  if (abs((high - low) * c * s) > negligible) return false;
  store<f64>(z + (<usize>j << 3), length);
  rotate(n, q + <usize>i * stride, q + <usize>j * stride, c, s);
  put(sides, j, index(sides, i) | index(sides, j));
  store<f64>(d + (<usize>i << 3), low * c * c + high * s * s);
  store<f64>(d + (<usize>j << 3), low * s * s + high * c * c);
  return true;
}

/** Lists the kept rows that reach `wanted` columns, from place `at` on. */
function listSide(k: i32, wanted: i32, at: i32): i32 {
  for (let i = 0; i < k; i++) if (index(sides, index(kept, i)) === wanted) put(columns, at++, i);
  return at;
}

/**
 * Rows `q` `[n, n]` hold the eigenvectors of blocks of `left` and n − left, each 0 in the other's columns, `d` their
 * eigenvalues, `order` each block's rows by rising eigenvalue. All become those of the whole.
 *
 * @param stride bytes from row to row of q
 * @param rho the entry that couples the blocks; |rho| was taken from both diagonal entries beside it
 * @param work scratch memory of `mergeWorkBytes(n)` bytes
 */
export function merge(
  n: i32,
  left: i32,
  d: usize,
  q: usize,
  stride: usize,
  order: usize,
  rho: f64,
  work: usize,
  gemmWork: usize,
): void {
  const bytes = <usize>n << 3;
  layOut(n, work);
  couple(n, left, q, stride, rho);
  mergeOrders(left, order, n - left, order + (<usize>left << 2), left, d, sorted);
  const strength = 2 * abs(rho);
  const k = deflate(n, left, d, q, stride, strength);
  for (let i = 0; i < k; i++) {
    const j = index(kept, i);
    const entry = number(z, j);
    store<f64>(poles + (<usize>i << 3), number(d, j));
    store<f64>(weights + (<usize>i << 3), strength * entry * entry);
    store<f64>(scratch + (<usize>i << 3), entry);
  }
  memory.copy(z, scratch, <usize>k << 3);

  // Rows by the columns that they reach, so that products leave the zeros out.
  const onlyLeft = listSide(k, LEFT, 0);
  const notRight = listSide(k, LEFT | RIGHT, onlyLeft);
  listSide(k, RIGHT, notRight);
  const right = n - left;
  const rightRows = held + (<usize>notRight * left << 3);
  for (let i = 0; i < k; i++) {
    const row = q + <usize>index(kept, index(columns, i)) * stride;
    if (i < notRight) memory.copy(held + (<usize>i * left << 3), row, <usize>left << 3);
    if (i < onlyLeft) continue;
    memory.copy(rightRows + (<usize>(i - onlyLeft) * right << 3), row + (<usize>left << 3), <usize>right << 3);
  }
  const settledRows = rightRows + (<usize>(k - onlyLeft) * right << 3);
  for (let i = 0; i < n - k; i++) {
    const j = index(settled, i);
    memory.copy(settledRows + <usize>i * bytes, q + <usize>j * stride, bytes);
    store<f64>(scratch + (<usize>i << 3), number(d, j));
  }
  memory.copy(d + (<usize>k << 3), scratch, <usize>(n - k) << 3);

  for (let i = 0; i < k; i++) {
    store<f64>(d + (<usize>i << 3), secularRoot(k, i, poles, weights, roots + (<usize>i * k << 3)));
  }
  weighAnew(k);
  vectorsOfRoots(k);

  for (let i = 0; i < k; i++) memory.fill(q + <usize>i * stride, 0, bytes);
  for (let i = 0; i < n - k; i++) {
    memory.copy(q + <usize>(k + i) * stride, settledRows + <usize>i * bytes, bytes);
  }
  const step = <i32>(stride >> 3);
  gemm<f64>(k, left, notRight, roots, k, 1, held, left, 1, q, step, false, gemmWork);
  const notLeft = roots + (<usize>onlyLeft << 3);
  const corner = q + (<usize>left << 3);
  gemm<f64>(k, right, k - onlyLeft, notLeft, k, 1, rightRows, right, 1, corner, step, false, gemmWork);

  sortSettled(k, n, d);
  for (let i = 0; i < k; i++) put(kept, i, i);
  mergeOrders(k, kept, n - k, settled, 0, d, order);
}

/** The rows k … n by rising eigenvalue; nearly sorted they are. */
function sortSettled(k: i32, n: i32, d: usize): void {
  for (let i = 0; i < n - k; i++) {
    let at = i;
    for (; at > 0 && number(d, index(settled, at - 1)) > number(d, k + i); at--) {
      put(settled, at, index(settled, at - 1));
    }
    put(settled, at, k + i);
  }
}
