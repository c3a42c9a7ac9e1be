// Packing of a matrix product's factors: `width` rows of A, or columns of B, stand side by side for every term of
// the sum, so that the microkernel reads both factors in order.

/** Numbers of a register. */
function perRegister<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** A square of 4 × 4 f32 or 2 × 2 f64, its rows `laneStride` bytes apart, turned: its columns stand `step` bytes apart. */
@inline
function turnSquare<T>(source: usize, laneStride: usize, to: usize, step: usize): void {
  const r0 = v128.load(source);
  const r1 = v128.load(source + laneStride);
  if (sizeof<T>() == 8) {
    v128.store(to, v128.shuffle<f64>(r0, r1, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(r0, r1, 1, 3));
  } else {
    const r2 = v128.load(source + 2 * laneStride);
    const r3 = v128.load(source + 3 * laneStride);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(low01, low23, 1, 3));
    v128.store(to + 2 * step, v128.shuffle<f64>(high01, high23, 0, 2));
    v128.store(to + 3 * step, v128.shuffle<f64>(high01, high23, 1, 3));
  }
}

/**
 * to[p][lane] = source[lane][p] for p < `depth` and lane < `lanes`; the lanes from there to `width` are 0.
 *
 * @param width lanes of the packed strip, a multiple of a register's
 * @param laneStride bytes from a lane to the next
 * @param depthStride bytes from a term of the sum to the next
 */
export function packStrip<T>(
  width: i32,
  lanes: i32,
  depth: i32,
  source: usize,
  laneStride: usize,
  depthStride: usize,
  to: usize,
): void {
  const step = <usize>width * sizeof<T>();
  if (lanes === width && laneStride === sizeof<T>()) {
    for (let p = 0; p < depth; p++, to += step, source += depthStride) {
      v128.store(to, v128.load(source));
      if (step === 32) v128.store(to, v128.load(source, 16), 16);
    }
    return;
  }
  let lane = 0;
  if (depthStride === sizeof<T>()) {
    const side = perRegister<T>();
    const whole = depth & ~(side - 1);
    for (; lane + side <= lanes; lane += side, source += <usize>side * laneStride, to += 16) {
      let from = source;
      let at = to;
      for (let p = 0; p < whole; p += side, from += 16, at += <usize>side * step) {
        turnSquare<T>(from, laneStride, at, step);
      }
      for (let p = whole; p < depth; p++, from += sizeof<T>(), at += step) {
        for (let l: usize = 0; l < <usize>side; l++) {
          store<T>(at + l * sizeof<T>(), load<T>(from + l * laneStride));
        }
      }
    }
  }
  for (; lane < width; lane++, source += laneStride, to += sizeof<T>()) {
    let from = source;
    let at = to;
    for (let p = 0; p < depth; p++, from += depthStride, at += step) {
      store<T>(at, lane < lanes ? load<T>(from) : <T>0);
    }
  }
}
