/** Nodes x_i and weights w_i of a quadrature rule: ∫ f(x) e^(−x²) dx ≈ Σ w_i f(x_i). */
export interface Quadrature {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Gauss–Hermite quadrature of `degree` nodes, ascending: exact for polynomials of degree below 2·`degree`.
 *
 * Nodes are the eigenvalues of the Hermite functions' recurrence, found by bisection on the number of sign changes and
 * polished by Newton's method; weights are 1/Σ_k h_k(x)² of the orthonormal polynomials h_k.
 */
export function gaussHermite(degree: number): Quadrature {
  const known = rules.get(degree);
  if (known) return known;
  const nodes: number[] = new Array(degree);
  const weights: number[] = new Array(degree);
  const bound = Math.sqrt(2 * degree + 2);
  for (let i = 0; i < degree; i++) {
    let [low, high] = [-bound, bound];
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      // Sturm: the node number i is below `middle` if more than i nodes are.
      if (nodesBelow(degree, middle) > i) high = middle;
      else low = middle;
    }
    const x = (low + high) / 2;
    const { last, before, sum } = orthonormal(degree, x);
    // h_n′ = √(2n)·h_{n−1}.
    nodes[i] = x - last / (Math.sqrt(2 * degree) * before);
    weights[i] = 1 / sum;
  }
  for (let i = 0; 2 * i < degree; i++) {
    const j = degree - 1 - i;
    nodes[j] = (nodes[j] - nodes[i]) / 2;
    nodes[i] = i === j ? 0 : -nodes[j];
    weights[i] = (weights[i] + weights[j]) / 2;
    weights[j] = weights[i];
  }
  const rule = { nodes, weights };
  rules.set(degree, rule);
  return rule;
}

const rules = new Map<number, Quadrature>();

/** h_n(x), h_{n−1}(x) and Σ_{k<n} h_k(x)², of polynomials orthonormal under e^(−x²). */
function orthonormal(n: number, x: number): { last: number; before: number; sum: number } {
  let [before, last] = [0, Math.PI ** -0.25];
  let sum = 0;
  for (let k = 0; k < n; k++) {
    sum += last * last;
    [before, last] = [last, (x * last - Math.sqrt(k / 2) * before) / Math.sqrt((k + 1) / 2)];
  }
  return { last, before, sum };
}

/** Eigenvalues below x of the n × n tridiagonal matrix with entries √(k/2) beside a zero diagonal. */
function nodesBelow(n: number, x: number): number {
  let count = 0;
  let pivot = 1;
  for (let k = 0; k < n; k++) {
    pivot = -x - (k === 0 ? 0 : k / 2 / pivot);
    if (pivot === 0) pivot = Number.MIN_VALUE ** 0.5;
    if (pivot < 0) count++;
  }
  return count;
}
