// The input covariance of one pixel offset: K[p] = (1/C) Σ_c x1[p,c]·x2[p+d,c], and its adjoint.
// Words after the opcode: k, x1, x2, size[3], full[1..2], channels, lanes1, gX1, gX2; then 1/C as f64.
// `x1`, `x2`, `gX1`, `gX2` point at the first pixel of the offset's image; `lanes1` is 1 where x1 holds a number
// a lane (a sample with itself, or gX1) and 0 where all lanes share one image. Channels are summed in the matrix
// product's order, so that a sample's variance and its covariance with a copy of itself are the same bits.
import { Gram, GramAdjoint } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { DEPTH } from './linalg/gemv';
import { word } from './words';

/** Σ_c of one image's channels times a number a lane each, for the three channels of colour. */
@inline
function product3<T extends number>(a: usize, step: usize, b: usize, width: usize): v128 {
  const red = v128.mul<T>(v128.load_splat<T>(a), v128.load(b));
  const green = v128.mul<T>(v128.load_splat<T>(a + step), v128.load(b + width));
  const blue = v128.mul<T>(v128.load_splat<T>(a + step + step), v128.load(b + width + width));
  return v128.add<T>(v128.add<T>(red, green), blue);
}

function imageProduct<T extends number>(a: usize, b: usize, width: usize, channels: i32): v128 {
  let sum = splat<T>(0);
  for (let block = 0; block < channels; block += DEPTH) {
    let part = splat<T>(0);
    for (let c = <usize>block; c < <usize>min(block + DEPTH, channels); c++) {
      part = v128.add<T>(part, v128.mul<T>(v128.load_splat<T>(a + c * sizeof<T>()), v128.load(b + c * width)));
    }
    sum = v128.add<T>(sum, part);
  }
  return sum;
}

function lanesProduct<T extends number>(a: usize, b: usize, width: usize, channels: i32): v128 {
  let sum = splat<T>(0);
  for (let block = 0; block < channels; block += DEPTH) {
    let part = splat<T>(0);
    for (let c = <usize>block; c < <usize>min(block + DEPTH, channels); c++) {
      part = v128.add<T>(part, v128.mul<T>(v128.load(a + c * width), v128.load(b + c * width)));
    }
    sum = v128.add<T>(sum, part);
  }
  return sum;
}

export function gram<T extends number>(pc: usize, width: usize): void {
  let k = <usize>word(pc, Gram.k);
  const channels = word(pc, Gram.channels);
  const lanes1 = word(pc, Gram.lanes1);
  const rgb = !lanes1 && channels == 3;
  const inverse = splat<T>(load<f64>(pc + Gram.inverse));
  const pixel2 = <usize>channels * width;
  const pixel1 = lanes1 ? pixel2 : <usize>channels * sizeof<T>();
  for (let z = 0; z < word(pc, Gram.size); z++) {
    for (let y = 0; y < word(pc, Gram.size + 1); y++) {
      const row = <usize>((z * word(pc, Gram.full) + y) * word(pc, Gram.full + 1));
      let a = <usize>word(pc, Gram.x1) + row * pixel1;
      let b = <usize>word(pc, Gram.x2) + row * pixel2;
      for (let x = 0; x < word(pc, Gram.size + 2); x++) {
        for (let w: usize = 0; w < width; w += REGISTER) {
          const sum = rgb
            ? product3<T>(a, sizeof<T>(), b + w, width)
            : lanes1
              ? lanesProduct<T>(a + w, b + w, width, channels)
              : imageProduct<T>(a, b + w, width, channels);
          v128.store(k + w, v128.mul<T>(sum, inverse));
        }
        k += width;
        a += pixel1;
        b += pixel2;
      }
    }
  }
}

@inline
function addTo<T extends number>(to: usize, x: v128): void {
  v128.store(to, v128.add<T>(v128.load(to), x));
}

/** gX2 += K̄·x1/C and gX1 += K̄·x2/C (a number a lane in both), each where its pointer is not 0. */
export function gramAdjoint<T extends number>(pc: usize, width: usize): void {
  let k = <usize>word(pc, GramAdjoint.k);
  const channels = word(pc, GramAdjoint.channels);
  const lanes1 = word(pc, GramAdjoint.lanes1);
  const inverse = splat<T>(load<f64>(pc + GramAdjoint.inverse));
  const pixel2 = <usize>channels * width;
  const pixel1 = lanes1 ? pixel2 : <usize>channels * sizeof<T>();
  const want1 = word(pc, GramAdjoint.gX1);
  const want2 = word(pc, GramAdjoint.gX2);
  const rgb = channels == 3 && want1 != 0 && want2 == 0;
  for (let z = 0; z < word(pc, GramAdjoint.size); z++) {
    for (let y = 0; y < word(pc, GramAdjoint.size + 1); y++) {
      const row = <usize>((z * word(pc, GramAdjoint.full) + y) * word(pc, GramAdjoint.full + 1));
      let a = <usize>word(pc, GramAdjoint.x1) + row * pixel1;
      let b = <usize>word(pc, GramAdjoint.x2) + row * pixel2;
      let gA = <usize>want1 + row * pixel2;
      let gB = <usize>want2 + row * pixel2;
      for (let x = 0; x < word(pc, GramAdjoint.size + 2); x++) {
        for (let w: usize = 0; w < width; w += REGISTER) {
          const flow = v128.mul<T>(v128.load(k + w), inverse);
          if (rgb) {
            const step = width + width;
            addTo<T>(gA + w, v128.mul<T>(flow, v128.load(b + w)));
            addTo<T>(gA + w + width, v128.mul<T>(flow, v128.load(b + w + width)));
            addTo<T>(gA + w + step, v128.mul<T>(flow, v128.load(b + w + step)));
            continue;
          }
          for (let c: usize = 0; c < <usize>channels; c++) {
            const at = c * width + w;
            if (want1)
              v128.store(gA + at, v128.add<T>(v128.load(gA + at), v128.mul<T>(flow, v128.load(b + at))));
            if (want2) {
              const left = lanes1 ? v128.load(a + at) : v128.load_splat<T>(a + c * sizeof<T>());
              v128.store(gB + at, v128.add<T>(v128.load(gB + at), v128.mul<T>(flow, left)));
            }
          }
        }
        k += width;
        a += pixel1;
        b += pixel2;
        gA += pixel2;
        gB += pixel2;
      }
    }
  }
}
