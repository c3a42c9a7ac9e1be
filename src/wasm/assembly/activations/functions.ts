// Functions by name for quadrature, each with its first two derivatives.
import { add, div, mul, scale, shift, sub } from '../arithmetic';
import { exp, expm1, log1p, tanh } from '../elementary';
import { NamedFunction } from '../generated/instructions';
import { REGISTER, splat } from '../lanes';

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
  if (code == NamedFunction.tanh) {
    const t = tanh<T>(x);
    const first = mul<T>(sub<T>(one, t), add<T>(one, t));
    give(t, first, scale<T>(-2, mul<T>(t, first)));
    return;
  }
  if (code == NamedFunction.elu) {
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
  if (code == NamedFunction.sigmoid) give(logistic, bell, bellSlope);
  else if (code == NamedFunction.softplus) give(add<T>(v128.max<T>(x, zero), log1p<T>(t)), logistic, bell);
  else if (code == NamedFunction.silu) {
    give(
      mul<T>(x, logistic),
      add<T>(logistic, mul<T>(x, bell)),
      add<T>(add<T>(bell, bell), mul<T>(x, bellSlope)),
    );
  } else unreachable();
}
