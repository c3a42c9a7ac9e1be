import { gaussHermite } from './gauss-hermite.js';
import type { NumberFunction } from './own-functions.js';

/** Smaller variances count as this one: derivatives of f at 0 are found from its values around it. */
const SMALLEST = 1e-12;

/** Coefficients below this, relative to the largest, are rounding errors of those. */
const NOISE = 4 * Number.EPSILON;

/** Nodes z_i of the standard normal distribution, and of each the weighted Hermite polynomials w_i·h_l(z_i), l below the degree. */
interface Rule {
  readonly nodes: Float64Array;
  readonly weighted: Float64Array;
}

const rules = new Map<number, Rule>();

/**
 * Writes the moments s_l(q) = E[f⁽ˡ⁾(u)], u ~ N(0, q), for l = 0 … degree − 1, of which K' = Σ_l s_l(q1)s_l(q2)K^l/l!.
 *
 * No derivative of f is taken: s_l = √l!·q^(−l/2)·a_l with the coefficients a_l = E[f(√q·z)·h_l(z)] of f in the orthonormal Hermite
 * polynomials, by Gauss–Hermite quadrature. With as many coefficients as nodes Σ a_l² is the quadrature's own E[f(u)²].
 *
 * @source A. Daniely, R. Frostig and Y. Singer, Toward deeper understanding of neural networks, 2016: the dual is Σ a_l²ρ^l.
 */
export function functionMoments(
  f: NumberFunction,
  q: number,
  degree: number,
  to: (l: number, s: number) => void,
): void {
  const { nodes, weighted } = ruleOf(degree);
  const root = Math.sqrt(Math.max(q, SMALLEST));
  const coefficients = new Float64Array(degree);
  for (let i = 0; i < degree; i++) {
    const value = f(root * nodes[i]);
    for (let l = 0; l < degree; l++) coefficients[l] += value * weighted[i * degree + l];
  }
  const noise = NOISE * Math.hypot(...coefficients);
  // √l!·q^(−l/2), term by term.
  let factor = 1;
  for (let l = 0; l < degree; l++) {
    const a = coefficients[l];
    // Not `> noise`: a function that is NaN somewhere is to show.
    to(l, Math.abs(a) <= noise ? 0 : factor * a);
    factor *= Math.sqrt(l + 1) / root;
  }
}

function ruleOf(degree: number): Rule {
  const known = rules.get(degree);
  if (known) return known;
  const { nodes: x, weights } = gaussHermite(degree);
  const nodes = Float64Array.from(x, (node) => Math.SQRT2 * node);
  const weighted = new Float64Array(degree * degree);
  for (let i = 0; i < degree; i++) {
    let [before, h] = [0, 1];
    for (let l = 0; l < degree; l++) {
      weighted[i * degree + l] = (weights[i] / Math.sqrt(Math.PI)) * h;
      [before, h] = [h, (nodes[i] * h - Math.sqrt(l) * before) / Math.sqrt(l + 1)];
    }
  }
  const rule = { nodes, weighted };
  rules.set(degree, rule);
  return rule;
}
