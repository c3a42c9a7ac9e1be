// Layer normalisation at one pixel offset: (K', Θ') = r1[p]·r2[p+d]·(K, Θ) with r = 1/√(eps + mean of the variances over
// some axes), which the `sample` plan computes once for each sample as a number a pixel.
import { REGISTER, splat } from './lanes';
import { word } from './words';

/**
 * Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), f1, f2 (of the first pixel), size[3], full[1..2], one1: whether f1's
 * numbers are one for all lanes.
 */
export function normalize<T extends number>(pc: usize, width: usize): void {
  const toTheta = <usize>word(pc, 2);
  let at: usize = 0;
  for (let z = 0; z < word(pc, 7); z++) {
    for (let y = 0; y < word(pc, 8); y++) {
      const pixels = <usize>((z * word(pc, 10) + y) * word(pc, 11));
      const f1 = <usize>word(pc, 5);
      const f2 = <usize>word(pc, 6) + pixels * width;
      const row = <usize>word(pc, 9) * width;
      for (let i: usize = 0; i < row; i += REGISTER, at += REGISTER) {
        const r1 = factor1<T>(f1, pixels, i, width, word(pc, 12));
        const factor = v128.mul<T>(r1, v128.load(f2 + i));
        v128.store(<usize>word(pc, 1) + at, v128.mul<T>(v128.load(<usize>word(pc, 3) + at), factor));
        if (toTheta) v128.store(toTheta + at, v128.mul<T>(v128.load(<usize>word(pc, 4) + at), factor));
      }
    }
  }
}

/**
 * Words: gK, gΘ, K, Θ, toK, toΘ (Θ's 0: none), f1, f2, v1, v2 (0: not wanted), size[3], full[1..2], one1. Adds to the cotangents
 * of K and Θ and, as r = v^(−1/2), −½·r²·(gK·K' + gΘ·Θ') to those of v.
 */
export function normalizeAdjoint<T extends number>(pc: usize, width: usize): void {
  const gTheta = <usize>word(pc, 2);
  const minusHalf = splat<T>(-0.5);
  let at: usize = 0;
  for (let z = 0; z < word(pc, 11); z++) {
    for (let y = 0; y < word(pc, 12); y++) {
      const pixel = <usize>((z * word(pc, 14) + y) * word(pc, 15));
      const pixels = pixel * width;
      const f1 = <usize>word(pc, 7);
      const f2 = <usize>word(pc, 8) + pixels;
      const row = <usize>word(pc, 13) * width;
      for (let i: usize = 0; i < row; i += REGISTER, at += REGISTER) {
        const r1 = factor1<T>(f1, pixel, i, width, word(pc, 16));
        const r2 = v128.load(f2 + i);
        const factor = v128.mul<T>(r1, r2);
        const flow = v128.mul<T>(v128.load(<usize>word(pc, 1) + at), factor);
        let total = v128.mul<T>(flow, v128.load(<usize>word(pc, 3) + at));
        add<T>(<usize>word(pc, 5) + at, flow);
        if (gTheta) {
          const flowTheta = v128.mul<T>(v128.load(gTheta + at), factor);
          total = v128.add<T>(total, v128.mul<T>(flowTheta, v128.load(<usize>word(pc, 4) + at)));
          add<T>(<usize>word(pc, 6) + at, flowTheta);
        }
        total = v128.mul<T>(total, minusHalf);
        if (word(pc, 9)) add<T>(<usize>word(pc, 9) + pixels + i, v128.mul<T>(total, v128.mul<T>(r1, r1)));
        if (word(pc, 10)) add<T>(<usize>word(pc, 10) + pixels + i, v128.mul<T>(total, v128.mul<T>(r2, r2)));
      }
    }
  }
}

/** Words: q, f, size[3], averaged[3], [pad]; f64 eps: the factors of a whole image of variances. */
export function normalizeFactors<T extends number>(pc: usize, width: usize): void {
  const eps = splat<T>(load<f64>(pc + 40));
  for (let pixel = 0; pixel < word(pc, 3) * word(pc, 4) * word(pc, 5); pixel++) {
    const to = <usize>word(pc, 2) + <usize>pixel * width;
    meanOverGroup<T>(pc, pixel, <usize>word(pc, 1), to, width, false);
    for (let w: usize = 0; w < width; w += REGISTER) {
      const variance = v128.add<T>(v128.load(to + w), eps);
      v128.store(to + w, v128.div<T>(splat<T>(1), v128.sqrt<T>(variance)));
    }
  }
}

/** Words: v, gQ, size[3], averaged[3]: gQ += the adjoint of the mean, which is its own. */
export function normalizeVariances<T extends number>(pc: usize, width: usize): void {
  for (let pixel = 0; pixel < word(pc, 3) * word(pc, 4) * word(pc, 5); pixel++) {
    meanOverGroup<T>(pc, pixel, <usize>word(pc, 1), <usize>word(pc, 2) + <usize>pixel * width, width, true);
  }
}

/** The mean of `from` over the pixels that differ from `pixel` along the averaged axes alone; `accumulate`: added to `to`. */
function meanOverGroup<T extends number>(
  pc: usize,
  pixel: i32,
  from: usize,
  to: usize,
  width: usize,
  accumulate: bool,
): void {
  const rows = word(pc, 4);
  const columns = word(pc, 5);
  const x = pixel % columns;
  const y = (pixel / columns) % rows;
  const z = pixel / (columns * rows);
  const allZ = word(pc, 6);
  const allY = word(pc, 7);
  const allX = word(pc, 8);
  const startZ = allZ ? 0 : z;
  const startY = allY ? 0 : y;
  const startX = allX ? 0 : x;
  const endZ = allZ ? word(pc, 3) : z + 1;
  const endY = allY ? rows : y + 1;
  const endX = allX ? columns : x + 1;
  const count = (endZ - startZ) * (endY - startY) * (endX - startX);
  const share = splat<T>(1.0 / <f64>count);
  for (let w: usize = 0; w < width; w += REGISTER) {
    let sum = splat<T>(0);
    for (let i = startZ; i < endZ; i++) {
      for (let j = startY; j < endY; j++) {
        for (let k = startX; k < endX; k++) {
          sum = v128.add<T>(sum, v128.load(from + <usize>((i * rows + j) * columns + k) * width + w));
        }
      }
    }
    sum = v128.mul<T>(sum, share);
    v128.store(to + w, accumulate ? v128.add<T>(v128.load(to + w), sum) : sum);
  }
}

/** x1's factor of the register i bytes after that of a pixel. */
@inline
function factor1<T extends number>(f1: usize, pixel: usize, i: usize, width: usize, one1: i32): v128 {
  return one1 ? v128.load_splat<T>(f1 + (pixel + i / width) * sizeof<T>()) : v128.load(f1 + pixel * width + i);
}

@inline
function add<T extends number>(to: usize, x: v128): void {
  v128.store(to, v128.add<T>(v128.load(to), x));
}
