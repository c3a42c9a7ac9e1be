// Any smooth f, by Gauss–Hermite quadrature with nodes x_i and weights w_i: with a_i = √(2q1)·x_i and
// b_ij = αx_i + βx_j, α = K√(2/q1), β = √(2(q1q2 − K²)/q1): K' = (1/π) Σ_ij w_i w_j f(a_i) f(b_ij), and D the same of f′.
// The derivatives are those of the sums. Where q1 = 0, a_i = 0 and b_ij = √(2q2)·x_j. The rule is not symmetric in
// q1 and q2, but for its error.
// Factors of a variance: q and 1/√q (0 where q = 0). Parameters: the function's number, n, n nodes, n weights.
import { add, div, mul, scale, sub } from '../arithmetic';
import { splat } from '../lanes';
import {
  ALL, ONLY_VALUE, put, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
} from '../partials';
import { derivative, evaluate } from './functions';

const ROOT_2: f64 = 1.4142135623730951;
const ONE_OVER_PI: f64 = 0.3183098861837907;

export function partials<T extends number>(
  k: v128, f1: usize, f2: usize, plane: usize, params: usize, order: i32,
): void {
  const code = <i32>load<T>(params);
  const count = <usize>load<T>(params + sizeof<T>());
  const nodes = params + 2 * sizeof<T>();
  const weights = nodes + count * sizeof<T>();
  const zero = splat<T>(0);
  const q1 = v128.load(f1);
  const q2 = v128.load(f2);
  const h = v128.load(f1 + plane);
  const first = scale<T>(ROOT_2, mul<T>(q1, h));
  const root = scale<T>(ROOT_2, h);
  const alpha = mul<T>(k, root);
  const rest = v128.max<T>(sub<T>(mul<T>(q1, q2), mul<T>(k, k)), zero);
  const spread = mul<T>(root, v128.sqrt<T>(rest));
  const beta = v128.bitselect(scale<T>(ROOT_2, v128.sqrt<T>(q2)), spread, v128.eq<T>(q1, zero));

  let value = zero;
  let slope = zero;
  // Σ w_i w_j of: f(a)·x_i f′(b), f(a)·x_j f′(b), x_i f′(a)·f(b), and the same with f′ for f.
  let valueX = zero;
  let valueY = zero;
  let valueA = zero;
  let slopeX = zero;
  let slopeY = zero;
  let slopeA = zero;
  for (let i: usize = 0; i < count; i++) {
    const x = v128.load_splat<T>(nodes + i * sizeof<T>());
    const weight = v128.load_splat<T>(weights + i * sizeof<T>());
    const centre = mul<T>(alpha, x);
    let sum = zero;
    let sum1 = zero;
    let sum2 = zero;
    let moment1 = zero;
    let moment2 = zero;
    for (let j: usize = 0; j < count; j++) {
      const y = v128.load_splat<T>(nodes + j * sizeof<T>());
      const w = v128.load_splat<T>(weights + j * sizeof<T>());
      evaluate<T>(code, add<T>(centre, mul<T>(beta, y)));
      sum = add<T>(sum, mul<T>(w, derivative(0)));
      if (order == ONLY_VALUE) continue;
      const part1 = mul<T>(w, derivative(1));
      sum1 = add<T>(sum1, part1);
      if (order < ALL) continue;
      const part2 = mul<T>(w, derivative(2));
      sum2 = add<T>(sum2, part2);
      moment1 = add<T>(moment1, mul<T>(y, part1));
      moment2 = add<T>(moment2, mul<T>(y, part2));
    }
    evaluate<T>(code, mul<T>(first, x));
    const left = mul<T>(weight, derivative(0));
    const left1 = mul<T>(weight, derivative(1));
    value = add<T>(value, mul<T>(left, sum));
    slope = add<T>(slope, mul<T>(left1, sum1));
    if (order < ALL) continue;
    const leftX = mul<T>(left, x);
    const left1X = mul<T>(left1, x);
    const left2X = mul<T>(mul<T>(weight, derivative(2)), x);
    valueX = add<T>(valueX, mul<T>(leftX, sum1));
    valueY = add<T>(valueY, mul<T>(left, moment1));
    valueA = add<T>(valueA, mul<T>(left1X, sum));
    slopeX = add<T>(slopeX, mul<T>(left1X, sum2));
    slopeY = add<T>(slopeY, mul<T>(left1, moment2));
    slopeA = add<T>(slopeA, mul<T>(left2X, sum1));
  }
  put(VALUE, scale<T>(ONE_OVER_PI, value));
  put(SLOPE, scale<T>(ONE_OVER_PI, slope));
  if (order < ALL) return;
  // By K and q1: ∂α = √(2/q1), −α/(2q1); ∂β = −2K/(q1β), K²/(q1²β); by q2: ∂β = 1/β. Where β = 0 its derivatives are
  // taken as 0: they would meet in d(β²), which is 0 there.
  const inverse = v128.and(div<T>(splat<T>(ONE_OVER_PI), beta), v128.gt<T>(beta, zero));
  const h2 = mul<T>(h, h);
  const betaByK = scale<T>(-2, mul<T>(mul<T>(k, h2), inverse));
  const ratio = mul<T>(k, h2);
  const betaByQ1 = mul<T>(mul<T>(ratio, ratio), inverse);
  const alphaByK = scale<T>(ONE_OVER_PI, root);
  const alphaByQ1 = scale<T>(-0.5 * ONE_OVER_PI, mul<T>(alpha, h2));
  const firstByQ1 = scale<T>(ONE_OVER_PI / ROOT_2, h);
  put(VALUE_BY_K, add<T>(mul<T>(alphaByK, valueX), mul<T>(betaByK, valueY)));
  put(SLOPE_BY_K, add<T>(mul<T>(alphaByK, slopeX), mul<T>(betaByK, slopeY)));
  const valueByFirst = add<T>(mul<T>(firstByQ1, valueA), mul<T>(alphaByQ1, valueX));
  const slopeByFirst = add<T>(mul<T>(firstByQ1, slopeA), mul<T>(alphaByQ1, slopeX));
  put(VALUE_BY_Q1, add<T>(valueByFirst, mul<T>(betaByQ1, valueY)));
  put(SLOPE_BY_Q1, add<T>(slopeByFirst, mul<T>(betaByQ1, slopeY)));
  put(VALUE_BY_Q2, mul<T>(inverse, valueY));
  put(SLOPE_BY_Q2, mul<T>(inverse, slopeY));
}
