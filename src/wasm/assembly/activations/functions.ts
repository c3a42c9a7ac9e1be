// Functions by name for quadrature, in the order of the driver's list (src/program/ops/duals/functions.ts), each with
// its first two derivatives.
import { add, div, mul, scale, shift, sub } from '../arithmetic';
import { exp, expm1, log1p, tanh } from '../elementary';
import { REGISTER, splat } from '../lanes';

const TANH: i32 = 0;
const SIGMOID: i32 = 1;
const SOFTPLUS: i32 = 2;
const SILU: i32 = 3;
const ELU: i32 = 4;

/** f, f′ and f″ of the last call of `evaluate`. */
const RESULTS = memory.data(3 * 64, 64);

@inline
export function derivative(order: usize): v128 {
  return v128.load(RESULTS + REGISTER * order);
}

@inline
function give(f: v128, first: v128, second: v128): void {
  v128.store(RESULTS, f);
  v128.store(RESULTS + REGISTER, first);
  v128.store(RESULTS + 2 * REGISTER, second);
}

/** Computes function number `code` and its derivatives at `x`. */
export function evaluate<T extends number>(code: i32, x: v128): void {
  const zero = splat<T>(0);
  const one = splat<T>(1);
  if (code == TANH) {
    const t = tanh<T>(x);
    const first = mul<T>(sub<T>(one, t), add<T>(one, t));
    give(t, first, scale<T>(-2, mul<T>(t, first)));
    return;
  }
  if (code == ELU) {
    const negative = v128.lt<T>(x, zero);
    const e = exp<T>(v128.min<T>(x, zero));
    give(
      v128.bitselect(expm1<T>(x, e), x, negative),
      v128.bitselect(e, one, negative),
      v128.and(e, negative),
    );
    return;
  }
  // σ(x) = 1/(1 + e^−x), by t = e^−|x|.
  const t = exp<T>(v128.neg<T>(v128.abs<T>(x)));
  const r = div<T>(one, add<T>(one, t));
  const logistic = v128.bitselect(mul<T>(t, r), r, v128.lt<T>(x, zero));
  const bell = mul<T>(t, mul<T>(r, r));
  const bellSlope = mul<T>(bell, shift<T>(1, scale<T>(-2, logistic)));
  if (code == SIGMOID) give(logistic, bell, bellSlope);
  else if (code == SOFTPLUS) give(add<T>(v128.max<T>(x, zero), log1p<T>(t)), logistic, bell);
  else if (code == SILU) {
    give(
      mul<T>(x, logistic),
      add<T>(logistic, mul<T>(x, bell)),
      add<T>(add<T>(bell, bell), mul<T>(x, bellSlope)),
    );
  } else unreachable();
}
