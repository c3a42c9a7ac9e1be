// What a nonlinearity makes of a register of covariances K, and the derivatives of that, in memory: K' first, then
// D = Θ'/Θ, then the partial derivatives of both. D is ∂K'/∂K but where Neural Tangents takes it to be something
// else (Sign, quadrature), so both are there.

export const VALUE: usize = 0;
export const SLOPE: usize = 16;
export const VALUE_BY_K: usize = 32;
export const VALUE_BY_Q1: usize = 48;
export const VALUE_BY_Q2: usize = 64;
export const SLOPE_BY_K: usize = 80;
export const SLOPE_BY_Q1: usize = 96;
export const SLOPE_BY_Q2: usize = 112;

/** How much of it is wanted: K' alone, K' and D, or all. */
export const ONLY_VALUE: i32 = 0;
export const WITH_SLOPE: i32 = 1;
export const ALL: i32 = 2;

/** Where one register's numbers are. */
export const PARTIALS = memory.data(128, 16);

@inline
export function put(place: usize, x: v128): void {
  v128.store(PARTIALS + place, x);
}

@inline
export function get(place: usize): v128 {
  return v128.load(PARTIALS + place);
}
