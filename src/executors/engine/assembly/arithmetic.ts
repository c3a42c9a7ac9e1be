// Arithmetic on SIMD registers under short names, for formulas of more than a few terms.
import { splat } from './lanes';

// @ts-ignore: decorator
@inline
export function add<T extends number>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}

// @ts-ignore: decorator
@inline
export function sub<T extends number>(a: v128, b: v128): v128 {
  return v128.sub<T>(a, b);
}

// @ts-ignore: decorator
@inline
export function mul<T extends number>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

// @ts-ignore: decorator
@inline
export function div<T extends number>(a: v128, b: v128): v128 {
  return v128.div<T>(a, b);
}

/** a·x for a constant a. */
// @ts-ignore: decorator
@inline
export function scale<T extends number>(a: f64, x: v128): v128 {
  return v128.mul<T>(splat<T>(a), x);
}

/** a + x for a constant a. */
// @ts-ignore: decorator
@inline
export function shift<T extends number>(a: f64, x: v128): v128 {
  return v128.add<T>(splat<T>(a), x);
}
