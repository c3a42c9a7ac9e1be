// Roots of the secular equation 1 + Σ w_j/(p_j − λ) = 0 for poles p₀ < p₁ < … and weights w_j > 0: the eigenvalues of
// diag(p) + z·zᵀ with w = z². One root lies right of each pole, left of the next.
//
// A root is sought as its distance τ from the nearer pole, so that p_j − λ = (p_j − pole) − τ keeps its digits for all j.
// Each step replaces the sums left and right of the root by fractions with the poles beside it that have the same value and
// slope there, and solves the quadratic equation that is left (R.-C. Li, "Solving secular equations stably and
// efficiently", LAPACK working note 89; LAPACK's dlaed4).

import { FOUR_A_GROUP, GROUP, REGISTER, TWO_A_GROUP } from '../lanes';
import { sumOfEight } from './vectors';

const STEPS: i32 = 60;

/** Σ w/(δ − τ) and Σ w/(δ − τ)² of the last {@link sumTerms}. */
let value: f64 = 0;
let slope: f64 = 0;

function sumTerms(from: i32, to: i32, delta: usize, tau: f64, weights: usize): void {
  const taus = v128.splat<f64>(tau);
  let v0 = v128.splat<f64>(0);
  let v1 = v0;
  let v2 = v0;
  let v3 = v0;
  let s0 = v0;
  let s1 = v0;
  let s2 = v0;
  let s3 = v0;
  let x = delta + <usize>from * 8;
  let w = weights + <usize>from * 8;
  let j = from;
  for (; j + 8 <= to; j += 8, x += GROUP, w += GROUP) {
    let distance = v128.sub<f64>(v128.load(x), taus);
    let term = v128.div<f64>(v128.load(w), distance);
    v0 = v128.add<f64>(v0, term);
    s0 = v128.add<f64>(s0, v128.div<f64>(term, distance));
    if (TWO_A_GROUP) {
      distance = v128.sub<f64>(v128.load(x, REGISTER), taus);
      term = v128.div<f64>(v128.load(w, REGISTER), distance);
      v1 = v128.add<f64>(v1, term);
      s1 = v128.add<f64>(s1, v128.div<f64>(term, distance));
    }
    if (FOUR_A_GROUP) {
      distance = v128.sub<f64>(v128.load(x, 2 * REGISTER), taus);
      term = v128.div<f64>(v128.load(w, 2 * REGISTER), distance);
      v2 = v128.add<f64>(v2, term);
      s2 = v128.add<f64>(s2, v128.div<f64>(term, distance));
      distance = v128.sub<f64>(v128.load(x, 3 * REGISTER), taus);
      term = v128.div<f64>(v128.load(w, 3 * REGISTER), distance);
      v3 = v128.add<f64>(v3, term);
      s3 = v128.add<f64>(s3, v128.div<f64>(term, distance));
    }
  }
  value = sumOfEight(v0, v1, v2, v3);
  slope = sumOfEight(s0, s1, s2, s3);
  for (; j < to; j++, x += 8, w += 8) {
    const distance = load<f64>(x) - tau;
    const term = load<f64>(w) / distance;
    value += term;
    slope += term / distance;
  }
}

/**
 * The root x of c + s/(a − x) + t/(b − x) = 0 that lies between a and b, or right of both if `last`; NaN if there is none.
 */
function rootOfTwo(c: f64, a: f64, s: f64, b: f64, t: f64, last: bool): f64 {
  const linear = c * (a + b) + s + t;
  const constant = c * a * b + s * b + t * a;
  const root = Math.sqrt(max(0, linear * linear - 4 * c * constant));
  if (last) {
    if (c <= 0) return NaN;
    return linear >= 0 ? (linear + root) / (2 * c) : (2 * constant) / (linear - root);
  }
  return linear <= 0 ? (linear - root) / (2 * c) : (2 * constant) / (linear + root);
}

/**
 * The i-th root of k.
 *
 * @param delta `[k]`: becomes p_j − λ
 * @returns λ
 */
export function secularRoot(k: i32, i: i32, poles: usize, weights: usize, delta: usize): f64 {
  const last = i === k - 1;
  const right = last ? i : i + 1;
  const left = right - 1;
  let total: f64 = 0;
  if (last) for (let j = 0; j < k; j++) total += load<f64>(weights + <usize>j * 8);
  const pole = load<f64>(poles + <usize>i * 8);
  const gap = last ? total : load<f64>(poles + <usize>right * 8) - pole;
  for (let j: usize = 0; j < <usize>k; j++) store<f64>(delta + j * 8, load<f64>(poles + j * 8) - pole);
  if (k === 1) {
    store<f64>(delta, -total);
    return pole + total;
  }
  const sLeft = load<f64>(weights + <usize>left * 8);
  const sRight = load<f64>(weights + <usize>right * 8);
  const middle = gap * 0.5;

  // The far poles' sum in the middle tells the nearer pole and, with the two near ones as they are, where to begin.
  sumTerms(0, left, delta, middle, weights);
  let far = 1 + value;
  sumTerms(right + 1, k, delta, middle, weights);
  far += value;
  const near = sLeft / (load<f64>(delta + <usize>left * 8) - middle) + sRight / (load<f64>(delta + <usize>right * 8) - middle);
  let origin = pole;
  let low: f64 = 0;
  let high = middle;
  if (last) {
    low = far + near <= 0 ? middle : 0;
    high = far + near <= 0 ? gap : middle;
  } else if (far + near < 0) {
    origin = load<f64>(poles + <usize>right * 8);
    for (let j: usize = 0; j < <usize>k; j++) store<f64>(delta + j * 8, load<f64>(poles + j * 8) - origin);
    low = -middle;
    high = 0;
  }
  const dLeft = load<f64>(delta + <usize>left * 8);
  const dRight = load<f64>(delta + <usize>right * 8);
  let tau = rootOfTwo(far, dLeft, sLeft, dRight, sRight, last);
  if (!(tau > low && tau < high)) tau = (low + high) * 0.5;

  // For the last root both poles beside it lie left: the sums are split there.
  const split = left + 1;
  let before = Infinity;
  for (let step = 0; step < STEPS; step++) {
    sumTerms(0, split, delta, tau, weights);
    const psi = value;
    const psiSlope = slope;
    sumTerms(split, k, delta, tau, weights);
    const f = 1 + psi + value;
    const bound = f64.EPSILON * (1 + abs(psi) + abs(value));
    const size = abs(f);
    if (size <= bound || (size <= k * bound && size > 0.5 * before)) break;
    before = size;
    if (f < 0) low = tau;
    else high = tau;
    const a = dLeft - tau;
    const b = dRight - tau;
    let move = rootOfTwo(f - psiSlope * a - slope * b, a, psiSlope * a * a, b, slope * b * b, last);
    if (!(f * move <= 0)) move = -f / (psiSlope + slope);
    let next = tau + move;
    if (!(next > low && next < high)) next = (low + high) * 0.5;
    if (next === tau) break;
    tau = next;
  }
  for (let j: usize = 0; j < <usize>k; j++) store<f64>(delta + j * 8, load<f64>(delta + j * 8) - tau);
  return origin + tau;
}
