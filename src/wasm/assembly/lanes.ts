// One SIMD register holds the same quantity for several pairs of images: 4 pairs in f32, 2 in f64.

/** Bytes of a SIMD register. */
export const REGISTER: usize = 16;

/** The register whose lanes are all `x`. */
@inline
export function splat<T extends number>(x: f64): v128 {
  if (sizeof<T>() == 4) return f32x4.splat(<f32>x);
  return f64x2.splat(x);
}

/** `destination[0..bytes)` += `source[0..bytes)`. */
export function addInto<T extends number>(destination: usize, source: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    v128.store(destination + i, v128.add<T>(v128.load(destination + i), v128.load(source + i)));
  }
}
