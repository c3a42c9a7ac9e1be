/**
 * A polynomial's moments s_l(q) = E[φ⁽ˡ⁾(u)], u ~ N(0, q), as polynomials in q: for each l = 0 … degree the
 * coefficients, highest power first, s_l = Σ_i a_{2i+l}(2i+l)!/(2^i i!) q^i.
 *
 * @param coefficients a_0, a_1, … of φ(x) = Σ a_k x^k.
 */
export function gaussianMoments(coefficients: readonly number[]): number[][] {
  return coefficients.map((_, l) => {
    const row: number[] = [];
    for (let k = l, i = 0; k < coefficients.length; k += 2, i++) {
      row.unshift(coefficients[k] * derivativeOfPower(k, l, i));
    }
    return row;
  });
}

/** k!/(2^i i!) for k = 2i + l, as a product of moderate factors. */
function derivativeOfPower(k: number, l: number, i: number): number {
  let product = 1;
  for (let m = 1; m <= l; m++) product *= m;
  for (let m = 1; m <= i; m++) product *= ((l + 2 * m - 1) * (l + 2 * m)) / (2 * m);
  return k === 0 ? 1 : product;
}

/** The constant moments of NT's Hermite layer, whose dual K^n takes variances for 1. */
export function hermiteMoments(degree: number): number[][] {
  let factorial = 1;
  for (let m = 2; m <= degree; m++) factorial *= m;
  return Array.from({ length: degree + 1 }, (_, l) => [l === degree ? Math.sqrt(factorial) : 0]);
}
