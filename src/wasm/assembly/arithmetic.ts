// Arithmetic on SIMD registers under short names, for formulas of more than a few terms.
import { splat } from './lanes';

@inline
export function add<T extends number>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}

@inline
export function sub<T extends number>(a: v128, b: v128): v128 {
  return v128.sub<T>(a, b);
}

@inline
export function mul<T extends number>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

@inline
export function div<T extends number>(a: v128, b: v128): v128 {
  return v128.div<T>(a, b);
}

/** a·x for a constant a. */
@inline
export function scale<T extends number>(a: f64, x: v128): v128 {
  return v128.mul<T>(splat<T>(a), x);
}

/** a + x for a constant a. */
@inline
export function shift<T extends number>(a: f64, x: v128): v128 {
  return v128.add<T>(splat<T>(a), x);
}
