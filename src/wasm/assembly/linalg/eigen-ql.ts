// Eigenvalues of a symmetric tridiagonal matrix by the QL iteration with implicit shifts (LAPACK's dsteqr).

/** Sweeps that one eigenvalue may take; two are usual. */
const SWEEPS: i32 = 60;

function hypotenuse(x: f64, y: f64): f64 {
  const large = max(abs(x), abs(y));
  if (large === 0) return 0;
  const ratio = min(abs(x), abs(y)) / large;
  return large * Math.sqrt(1 + ratio * ratio);
}

/** (x, y) := (c·x − s·y, s·x + c·y) for vectors of n numbers. */
function rotate(n: i32, x: usize, y: usize, c: f64, s: f64): void {
  for (let i = 0; i < n; i++, x += 8, y += 8) {
    const before = load<f64>(x);
    const other = load<f64>(y);
    store<f64>(x, c * before - s * other);
    store<f64>(y, s * before + c * other);
  }
}

/** One sweep over rows l … m. */
function sweep(n: i32, l: i32, m: i32, d: usize, e: usize, rows: usize, stride: usize): void {
  const first = d + <usize>l * 8;
  const beside = load<f64>(e + <usize>l * 8);
  let g = (load<f64>(first, 8) - load<f64>(first)) / (2 * beside);
  let r = hypotenuse(g, 1);
  g = load<f64>(d + <usize>m * 8) - load<f64>(first) + beside / (g + (g < 0 ? -r : r));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  for (let i = m - 1; i >= l; i--) {
    const di = d + <usize>i * 8;
    const ei = e + <usize>i * 8;
    const f = s * load<f64>(ei);
    const b = c * load<f64>(ei);
    r = hypotenuse(f, g);
    store<f64>(ei, r, 8);
    if (r === 0) {
      store<f64>(di, load<f64>(di, 8) - p, 8);
      store<f64>(e + <usize>m * 8, 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = load<f64>(di, 8) - p;
    r = (load<f64>(di) - g) * s + 2 * c * b;
    p = s * r;
    store<f64>(di, g + p, 8);
    g = c * r - b;
    if (rows) rotate(n, rows + <usize>i * stride, rows + <usize>(i + 1) * stride, c, s);
  }
  store<f64>(first, load<f64>(first) - p);
  store<f64>(e + <usize>l * 8, g);
  store<f64>(e + <usize>m * 8, 0);
}

/** Sorts d, and the rows with it, in rising order. */
function sort(n: i32, d: usize, rows: usize, stride: usize): void {
  for (let i = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (load<f64>(d + <usize>j * 8) < load<f64>(d + <usize>least * 8)) least = j;
    if (least === i) continue;
    const value = load<f64>(d + <usize>i * 8);
    store<f64>(d + <usize>i * 8, load<f64>(d + <usize>least * 8));
    store<f64>(d + <usize>least * 8, value);
    // A quarter turn swaps two rows and changes one's sign, which an eigenvector does not have.
    if (rows) rotate(n, rows + <usize>i * stride, rows + <usize>least * stride, 0, 1);
  }
}

/**
 * d `[n]` becomes the eigenvalues in rising order. e has n entries, the last one scratch.
 *
 * @param rows eigenvectors as rows `[n, n]`: these are multiplied by those; 0 for none
 * @param stride bytes from row to row
 * @returns whether the iteration converged; it does
 */
export function ql(n: i32, d: usize, e: usize, rows: usize, stride: usize): bool {
  if (n === 0) return true;
  store<f64>(e + <usize>(n - 1) * 8, 0);
  let largest: f64 = 0;
  for (let i: usize = 0; i < <usize>n * 8; i += 8) {
    largest = max(largest, max(abs(load<f64>(d + i)), abs(load<f64>(e + i))));
  }
  // Below this an entry is rounding error of the whole: the matrix falls into two.
  const negligible = 0.5 * f64.EPSILON * largest;
  for (let l = 0; l < n; l++) {
    for (let sweeps = 0; ; sweeps++) {
      let m = l;
      while (m < n - 1 && abs(load<f64>(e + <usize>m * 8)) > negligible) m++;
      if (m === l) break;
      if (sweeps === SWEEPS) return false;
      sweep(n, l, m, d, e, rows, stride);
    }
  }
  sort(n, d, rows, stride);
  return true;
}
