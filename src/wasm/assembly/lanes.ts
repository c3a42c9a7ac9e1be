// One SIMD register holds the same quantity for several pairs of images, a pair a lane. WebAssembly has registers of 16
// bytes; the native builds (native/) are made of the same code with 32 and 64. No operation crosses lanes, so their
// number changes no result.

/** Bytes of a SIMD register, which the build sets (scripts/compile-assembly.mjs). */
export const REGISTER: usize = <usize>REGISTER_BYTES;

/** Bytes by which runs of numbers are laid out, and in whose parts sums over lanes are made, on every machine. */
export const GROUP: usize = 64;

/** Whether a group has two registers or more; and four: then code that names them handles as many. */
export const TWO_A_GROUP: bool = REGISTER < GROUP;
export const FOUR_A_GROUP: bool = REGISTER + REGISTER < GROUP;

/** Bytes of two registers, where a group has two: loops over groups take so many at once. */
export const STEP: usize = TWO_A_GROUP ? 2 * REGISTER : REGISTER;

/** The register whose lanes are all `x`. */
@inline
export function splat<T extends number>(x: f64): v128 {
  if (sizeof<T>() == 4) return f32x4.splat(<f32>x);
  return f64x2.splat(x);
}

/** `destination[0..bytes)` += `source[0..bytes)`. */
export function addInto<T extends number>(destination: usize, source: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += STEP) {
    const to = destination + i;
    const from = source + i;
    v128.store(to, v128.add<T>(v128.load(to), v128.load(from)));
    if (TWO_A_GROUP) v128.store(to, v128.add<T>(v128.load(to, REGISTER), v128.load(from, REGISTER)), REGISTER);
  }
}
