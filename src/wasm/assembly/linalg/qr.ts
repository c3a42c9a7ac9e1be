// QR of a tall matrix whose rows arrive in blocks, in f64: the triangle R and the rotated right-hand sides are
// updated by each block with Householder reflectors (blocked, compact WY), so a least-squares problem of any
// number of rows is solved in the memory of R without squaring its condition number.

import { gemm } from './gemm';
import { addScaled, dot, scale } from './vectors';

/** Reflectors of a panel. */
const PANEL: i32 = 32;

/** Bytes of scratch memory of {@link qrAppend64} besides `gemmWorkBytes()`. */
export function qrWorkBytes(width: i32): i32 {
  return (PANEL * PANEL + 2 * PANEL * width) * 8;
}

/**
 * Appends `rows` rows to the QR factorisation of `[A, y]`.
 *
 * R `[n, width]` row-major: columns 0…n hold the triangle, columns n…width the rotated right-hand sides.
 * The block is given transposed, `[width, rows]` row-major: its first n rows are the columns of A, the rest
 * those of y. Afterwards the first n rows hold reflectors; the rest hold what no solution can fit: the sum of their
 * squares is what this block adds to the least-squares residual.
 *
 * @param work scratch memory of `qrWorkBytes(width)` bytes
 * @param gemmWork scratch memory of `gemmWorkBytes()` bytes
 */
export function qrAppend64(
  n: i32,
  width: i32,
  rows: i32,
  r: usize,
  block: usize,
  work: usize,
  gemmWork: usize,
): void {
  const t = work;
  const w = t + PANEL * PANEL * 8;
  const rotated = w + <usize>PANEL * width * 8;
  for (let j0 = 0; j0 < n; j0 += PANEL) {
    const size = min(PANEL, n - j0);
    memory.fill(t, 0, PANEL * PANEL * 8);
    for (let j = 0; j < size; j++) {
      const v = block + <usize>(j0 + j) * rows * 8;
      const rRow = r + (<usize>(j0 + j) * width + j0) * 8;
      const head = load<f64>(rRow + <usize>j * 8);
      const tail = dot(rows, v, v);
      if (tail === 0) continue;
      const norm = Math.sqrt(head * head + tail);
      const diagonal = head > 0 ? -norm : norm;
      const tau = (diagonal - head) / diagonal;
      scale(rows, v, 1 / (head - diagonal));
      store<f64>(rRow + <usize>j * 8, diagonal);
      for (let c = j + 1; c < size; c++) {
        const column = block + <usize>(j0 + c) * rows * 8;
        const entry = rRow + <usize>c * 8;
        const amount = tau * (load<f64>(entry) + dot(rows, v, column));
        store<f64>(entry, load<f64>(entry) - amount);
        addScaled(rows, column, -amount, v);
      }
      // T[0..j, j] = -tau · T[0..j, 0..j] · (Vᵀ v); W serves as scratch.
      for (let i = 0; i < j; i++) {
        store<f64>(w + <usize>i * 8, dot(rows, block + <usize>(j0 + i) * rows * 8, v));
      }
      for (let i = 0; i < j; i++) {
        let sum: f64 = 0;
        for (let k = i; k < j; k++)
          sum += load<f64>(t + <usize>(i * PANEL + k) * 8) * load<f64>(w + <usize>k * 8);
        store<f64>(t + <usize>(i * PANEL + j) * 8, -tau * sum);
      }
      store<f64>(t + <usize>(j * PANEL + j) * 8, tau);
    }
    const rest = width - j0 - size;
    if (rest === 0) continue;
    const panel = block + <usize>j0 * rows * 8;
    const trailing = block + <usize>(j0 + size) * rows * 8;
    const corner = r + (<usize>j0 * width + j0 + size) * 8;
    for (let i = 0; i < size; i++) {
      memory.copy(w + <usize>i * rest * 8, corner + <usize>i * width * 8, <usize>rest * 8);
    }
    gemm<f64>(size, rest, rows, panel, rows, 1, trailing, 1, rows, w, rest, false, gemmWork);
    memory.fill(rotated, 0, <usize>size * rest * 8);
    gemm<f64>(size, rest, size, t, 1, PANEL, w, rest, 1, rotated, rest, false, gemmWork);
    for (let i = 0; i < size; i++) {
      addScaled(rest, corner + <usize>i * width * 8, -1, rotated + <usize>i * rest * 8);
    }
    gemm<f64>(rest, rows, size, rotated, 1, rest, panel, rows, 1, trailing, rows, true, gemmWork);
  }
}
