// What a nonlinearity makes of a register of covariances K, and the derivatives of that, in memory: K' first, then
// D = Θ'/Θ, then the partial derivatives of both. D is ∂K'/∂K but where Neural Tangents takes it to be something
// else (Sign, quadrature), so both are there.
import { REGISTER } from './lanes';

export const VALUE: usize = 0;
export const SLOPE: usize = REGISTER;
export const VALUE_BY_K: usize = 2 * REGISTER;
export const VALUE_BY_Q1: usize = 3 * REGISTER;
export const VALUE_BY_Q2: usize = 4 * REGISTER;
export const SLOPE_BY_K: usize = 5 * REGISTER;
export const SLOPE_BY_Q1: usize = 6 * REGISTER;
export const SLOPE_BY_Q2: usize = 7 * REGISTER;

/** How much of it is wanted: K' alone, K' and D, or all. */
export const ONLY_VALUE: i32 = 0;
export const WITH_SLOPE: i32 = 1;
export const ALL: i32 = 2;

/** Where one register's numbers are, of the widest. */
export const PARTIALS = memory.data(8 * 64, 64);

@inline
export function put(place: usize, x: v128): void {
  v128.store(PARTIALS + place, x);
}

@inline
export function get(place: usize): v128 {
  return v128.load(PARTIALS + place);
}
