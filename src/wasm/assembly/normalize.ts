// Layer normalisation at one pixel offset: (K', Θ') = r1[p]·r2[p+d]·(K, Θ) with r = 1/√(eps + mean of the variances over
// some axes), which the `sample` plan computes once for each sample as a number a pixel.
import { Normalize, NormalizeAdjoint, NormalizeFactors, NormalizeVariances } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { positions } from './pairs';
import { word } from './words';

/**
 * Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), f1, f2 (of the first pixel), size[3], full[1..2], one1: whether f1's
 * numbers are one for all lanes.
 */
export function normalize<T extends number>(pc: usize, width: usize): void {
  const toTheta = <usize>word(pc, Normalize.toTheta);
  let at: usize = 0;
  for (let z = 0; z < word(pc, Normalize.size); z++) {
    for (let y = 0; y < word(pc, Normalize.size + 1); y++) {
      const pixels = <usize>((z * word(pc, Normalize.full) + y) * word(pc, Normalize.full + 1));
      const f1 = <usize>word(pc, Normalize.f1);
      const f2 = <usize>word(pc, Normalize.f2) + pixels * width;
      const row = <usize>word(pc, Normalize.size + 2) * width;
      for (let i: usize = 0; i < row; i += REGISTER, at += REGISTER) {
        const r1 = factor1<T>(f1, pixels, i, width, word(pc, Normalize.one1));
        const factor = v128.mul<T>(r1, v128.load(f2 + i));
        v128.store(<usize>word(pc, Normalize.toK) + at, v128.mul<T>(v128.load(<usize>word(pc, Normalize.fromK) + at), factor));
        if (toTheta) v128.store(toTheta + at, v128.mul<T>(v128.load(<usize>word(pc, Normalize.fromTheta) + at), factor));
      }
    }
  }
}

/**
 * Words: gK, gΘ, K, Θ, toK, toΘ (Θ's 0: none), f1, f2, v1, v2 (0: not wanted), size[3], full[1..2], one1. Adds to the cotangents
 * of K and Θ and, as r = v^(−1/2), −½·r²·(gK·K' + gΘ·Θ') to those of v.
 */
export function normalizeAdjoint<T extends number>(pc: usize, width: usize): void {
  const gTheta = <usize>word(pc, NormalizeAdjoint.gTheta);
  const v1 = <usize>word(pc, NormalizeAdjoint.v1);
  const v2 = <usize>word(pc, NormalizeAdjoint.v2);
  const minusHalf = splat<T>(-0.5);
  let at: usize = 0;
  for (let z = 0; z < word(pc, NormalizeAdjoint.size); z++) {
    for (let y = 0; y < word(pc, NormalizeAdjoint.size + 1); y++) {
      const pixel = <usize>((z * word(pc, NormalizeAdjoint.full) + y) * word(pc, NormalizeAdjoint.full + 1));
      const pixels = pixel * width;
      const f1 = <usize>word(pc, NormalizeAdjoint.f1);
      const f2 = <usize>word(pc, NormalizeAdjoint.f2) + pixels;
      const row = <usize>word(pc, NormalizeAdjoint.size + 2) * width;
      for (let i: usize = 0; i < row; i += REGISTER, at += REGISTER) {
        const r1 = factor1<T>(f1, pixel, i, width, word(pc, NormalizeAdjoint.one1));
        const r2 = v128.load(f2 + i);
        const factor = v128.mul<T>(r1, r2);
        const flow = v128.mul<T>(v128.load(<usize>word(pc, NormalizeAdjoint.gK) + at), factor);
        let total = v128.mul<T>(flow, v128.load(<usize>word(pc, NormalizeAdjoint.k) + at));
        add<T>(<usize>word(pc, NormalizeAdjoint.toK) + at, flow);
        if (gTheta) {
          const flowTheta = v128.mul<T>(v128.load(gTheta + at), factor);
          total = v128.add<T>(total, v128.mul<T>(flowTheta, v128.load(<usize>word(pc, NormalizeAdjoint.theta) + at)));
          add<T>(<usize>word(pc, NormalizeAdjoint.toTheta) + at, flowTheta);
        }
        total = v128.mul<T>(total, minusHalf);
        if (v1) add<T>(v1 + pixels + i, v128.mul<T>(total, v128.mul<T>(r1, r1)));
        if (v2) add<T>(v2 + pixels + i, v128.mul<T>(total, v128.mul<T>(r2, r2)));
      }
    }
  }
}

/** Words: q, f, size[3], averaged[3], [pad]; f64 eps: the factors of a whole image of variances. */
export function normalizeFactors<T extends number>(pc: usize, width: usize): void {
  const eps = splat<T>(load<f64>(pc + NormalizeFactors.eps));
  for (let pixel = 0; pixel < positions(pc, NormalizeFactors.size); pixel++) {
    const to = <usize>word(pc, NormalizeFactors.to) + <usize>pixel * width;
    meanOverGroup<T>(pc, pixel, <usize>word(pc, NormalizeFactors.q), to, width, false);
    for (let w: usize = 0; w < width; w += REGISTER) {
      const variance = v128.add<T>(v128.load(to + w), eps);
      v128.store(to + w, v128.div<T>(splat<T>(1), v128.sqrt<T>(variance)));
    }
  }
}

/** Words: v, gQ, size[3], averaged[3]: gQ += the adjoint of the mean, which is its own. */
export function normalizeVariances<T extends number>(pc: usize, width: usize): void {
  for (let pixel = 0; pixel < positions(pc, NormalizeVariances.size); pixel++) {
    const to = <usize>word(pc, NormalizeVariances.gQ) + <usize>pixel * width;
    meanOverGroup<T>(pc, pixel, <usize>word(pc, NormalizeVariances.v), to, width, true);
  }
}

/**
 * The mean of `from` over the pixels that differ from `pixel` along the averaged axes alone; `accumulate`: added to `to`.
 * The sizes are where both instructions have them.
 */
function meanOverGroup<T extends number>(
  pc: usize,
  pixel: i32,
  from: usize,
  to: usize,
  width: usize,
  accumulate: bool,
): void {
  const rows = word(pc, NormalizeFactors.size + 1);
  const columns = word(pc, NormalizeFactors.size + 2);
  const x = pixel % columns;
  const y = (pixel / columns) % rows;
  const z = pixel / (columns * rows);
  const allZ = word(pc, NormalizeFactors.averaged);
  const allY = word(pc, NormalizeFactors.averaged + 1);
  const allX = word(pc, NormalizeFactors.averaged + 2);
  const startZ = allZ ? 0 : z;
  const startY = allY ? 0 : y;
  const startX = allX ? 0 : x;
  const endZ = allZ ? word(pc, NormalizeFactors.size) : z + 1;
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
