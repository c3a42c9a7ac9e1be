// Weights, then a nonlinearity, on the image of one pixel offset:
//   m = Σ_window K, n = Σ_window Θ;  K' = scale·m + shift, Θ' = ntkFromNngp·m + scale·n + ntkShift;  (K', Θ') → φ.
// A convolution's mean over the window is in `scale` and `ntkFromNngp`; a Dense layer has a window of 1.
//
// Words: desc, inK, inΘ, outK, outΘ, preK, preΘ, f1, f2, in[3], out[3]. inΘ = 0: Θ is zero; outΘ = 0: no NTK;
// preK, preΘ (0: not kept) receive (K', Θ') before φ. Without φ the result goes to outK, outΘ.
// Descriptor words: window[3], strides[3], low[3], full[1..2] (output sizes), activation, plane, params, scratch,
// margin, spread, factors; then scale, shift, ntkFromNngp, ntkShift as f64. f1, f2 point at the factors of the first
// pixel, `factors` numbers of each, `plane` bytes apart: a number a lane, but f1's are one for all lanes where x1 is one
// sample, and then `spread` (else 0) is room to repeat them.
import { forward } from './activations/index';
import { forwardTaps3 } from './activations/ab-relu';
import { Activation, Filter, FilterAdjoint, FilterDescriptor } from './generated/instructions';
import { spread } from './layout';
import { REGISTER, STEP, TWO_A_GROUP, addInto, splat } from './lanes';
import { word } from './words';

/**
 * Sum of an image's rows (z, y) with z0 <= z < z0 + depth and y0 <= y < y0 + height, as far as they are inside,
 * into `to`; false when none is.
 */
function sumRows<T extends number>(
  image: usize, planes: i32, rows: i32, z0: i32, depth: i32, y0: i32, height: i32, rowBytes: usize, to: usize,
): bool {
  const bottom = min(z0 + depth, planes);
  const from = max(y0, 0);
  const count = min(y0 + height, rows) - from;
  let first = true;
  for (let i = max(z0, 0); i < bottom; i++) {
    const row = image + <usize>(i * rows + from) * rowBytes;
    if (first && count == 3) {
      for (let b: usize = 0; b < rowBytes; b += STEP) {
        const at = row + b;
        const two = v128.add<T>(v128.load(at), v128.load(at + rowBytes));
        v128.store(to + b, v128.add<T>(two, v128.load(at + 2 * rowBytes)));
        if (TWO_A_GROUP) {
          const next = v128.add<T>(v128.load(at, REGISTER), v128.load(at + rowBytes, REGISTER));
          v128.store(to + b, v128.add<T>(next, v128.load(at + 2 * rowBytes, REGISTER)), REGISTER);
        }
      }
      first = false;
      continue;
    }
    for (let j = 0; j < count; j++) {
      if (first) memory.copy(to, row, rowBytes);
      else addInto<T>(to, row + <usize>j * rowBytes, rowBytes);
      first = false;
    }
  }
  return !first;
}

/** Sum of `taps` neighbours, `width` bytes apart. */
@inline
function sumTaps<T extends number>(at: usize, taps: i32, width: usize): v128 {
  let sum = v128.load(at);
  if (taps == 3) return v128.add<T>(v128.add<T>(sum, v128.load(at + width)), v128.load(at + 2 * width));
  for (let i = 1; i < taps; i++) sum = v128.add<T>(sum, v128.load(at + <usize>i * width));
  return sum;
}

/** Where the factors of x1's row at f1 are, a number a lane: there, or repeated. */
export function rowFactors<T extends number>(desc: usize, f1: usize, rowBytes: usize, width: usize): usize {
  const to = <usize>word(desc, FilterDescriptor.spread);
  if (!to) return f1;
  const plane = <usize>word(desc, FilterDescriptor.plane);
  const lanes = <i32>(width / sizeof<T>());
  for (let i: usize = 0; i < <usize>word(desc, FilterDescriptor.factors); i++) {
    spread<T>(f1 + (i * plane) / lanes, <i32>(rowBytes / width), lanes, to + i * plane);
  }
  return to;
}

export function filter<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, Filter.descriptor);
  const inK = <usize>word(pc, Filter.inK);
  const inTheta = <usize>word(pc, Filter.inTheta);
  let outK = <usize>word(pc, Filter.outK);
  let outTheta = <usize>word(pc, Filter.outTheta);
  let preK = <usize>word(pc, Filter.preK);
  let preTheta = <usize>word(pc, Filter.preTheta);
  const code = word(desc, FilterDescriptor.activation);
  const taps = word(desc, FilterDescriptor.window + 2);
  const step = <usize>word(desc, FilterDescriptor.stride + 2) * width;
  const low = <usize>word(desc, FilterDescriptor.low + 2) * width;
  const rowIn = <usize>word(pc, Filter.inSize + 2) * width;
  const rowOut = <usize>word(pc, Filter.outSize + 2) * width;
  const margin = <usize>word(desc, FilterDescriptor.margin) * width;
  const params = <usize>word(desc, FilterDescriptor.parameters);
  const plane = <usize>word(desc, FilterDescriptor.plane);
  const scale = splat<T>(load<f64>(desc + FilterDescriptor.scale));
  const shift = splat<T>(load<f64>(desc + FilterDescriptor.shift));
  const fromNngp = splat<T>(load<f64>(desc + FilterDescriptor.ntkFromNngp));
  const ntkShift = splat<T>(load<f64>(desc + FilterDescriptor.ntkShift));
  const planes = word(pc, Filter.inSize);
  const rows = word(pc, Filter.inSize + 1);
  const depth = word(desc, FilterDescriptor.window);
  const height = word(desc, FilterDescriptor.window + 1);
  const pointwise = depth * height * taps == 1;
  // Scratch: K's row of sums with zero margins on both sides, Θ's, then (K', Θ') of a row.
  const sumsK = <usize>word(desc, FilterDescriptor.scratch);
  const sumsTheta = sumsK + margin + rowIn + margin;
  const sparePreK = sumsTheta + margin + rowIn + margin;
  const sparePreTheta = sparePreK + rowOut;
  if (!pointwise) memory.fill(sumsK, 0, sparePreK - sumsK);
  const one1 = word(desc, FilterDescriptor.spread) != 0;
  const fused =
    code == Activation.abRelu && taps == 3 && step == width && outTheta != 0 && one1 && rowOut > REGISTER;

  for (let z = 0; z < word(pc, Filter.outSize); z++) {
    for (let y = 0; y < word(pc, Filter.outSize + 1); y++) {
      let fromK = sumsK + margin - low;
      let fromTheta = sumsTheta + margin - low;
      if (pointwise) {
        const row = <usize>(z * word(desc, FilterDescriptor.stride) * rows + y * word(desc, FilterDescriptor.stride + 1)) * rowIn;
        fromK = inK + row;
        fromTheta = inTheta + row;
      } else {
        const z0 = z * word(desc, FilterDescriptor.stride) - word(desc, FilterDescriptor.low);
        const y0 = y * word(desc, FilterDescriptor.stride + 1) - word(desc, FilterDescriptor.low + 1);
        if (!sumRows<T>(inK, planes, rows, z0, depth, y0, height, rowIn, sumsK + margin)) {
          memory.fill(sumsK + margin, 0, rowIn);
          memory.fill(sumsTheta + margin, 0, rowIn);
        } else if (inTheta) {
          sumRows<T>(inTheta, planes, rows, z0, depth, y0, height, rowIn, sumsTheta + margin);
        }
      }
      const pixels = <usize>((z * word(desc, FilterDescriptor.full) + y) * word(desc, FilterDescriptor.full + 1));
      const f1 = <usize>word(pc, Filter.f1) + pixels * (one1 ? sizeof<T>() : width);
      const f2 = <usize>word(pc, Filter.f2) + pixels * width;
      if (fused) {
        const coefficients = desc + FilterDescriptor.scale;
        forwardTaps3<T>(
          rowOut, width, fromK, fromTheta, coefficients, preK, preTheta, f1, f2, plane, outK, outTheta, params,
        );
        outK += rowOut;
        outTheta += rowOut;
        if (preK) preK += rowOut;
        if (preTheta) preTheta += rowOut;
        continue;
      }
      const linearK = preK ? preK : code ? sparePreK : outK;
      const linearTheta = !outTheta ? <usize>0 : preK ? preTheta : code ? sparePreTheta : outTheta;
      let at: usize = 0;
      for (let x: usize = 0; x < rowOut; x += width, at += step) {
        for (let w: usize = 0; w < width; w += REGISTER) {
          const m = sumTaps<T>(fromK + at + w, taps, width);
          v128.store(linearK + x + w, v128.add<T>(v128.mul<T>(m, scale), shift));
          if (linearTheta) {
            let theta = v128.add<T>(v128.mul<T>(m, fromNngp), ntkShift);
            if (inTheta) theta = v128.add<T>(theta, v128.mul<T>(sumTaps<T>(fromTheta + at + w, taps, width), scale));
            v128.store(linearTheta + x + w, theta);
          }
        }
      }
      if (code) {
        const lanes1 = rowFactors<T>(desc, f1, rowOut, width);
        forward<T>(code, rowOut, linearK, linearTheta, lanes1, f2, plane, outK, outTheta, params);
      }
      outK += rowOut;
      if (outTheta) outTheta += rowOut;
      if (preK) preK += rowOut;
      if (preTheta) preTheta += rowOut;
    }
  }
}

/**
 * Adjoint of the window and its weights: adds to (inK, inΘ) the cotangents that reach them from those of
 * (K', Θ') at (outK, outΘ). Same words as `filter`; preK, preΘ, f1, f2 are not read.
 */
export function filterAdjoint<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, FilterAdjoint.descriptor);
  const stride = FilterDescriptor.stride;
  const unit = word(desc, stride) * word(desc, stride + 1) * word(desc, stride + 2) == 1;
  const whole = word(pc, FilterAdjoint.outSize) * word(pc, FilterAdjoint.outSize + 1) * word(pc, FilterAdjoint.outSize + 2) == 1;
  if (unit && !whole && word(pc, FilterAdjoint.outTheta) != 0) gatherAdjoint<T>(pc, width);
  else scatterAdjoint<T>(pc, width);
}

/** With stride 1 the adjoint of a window is the window turned round: every input row sums up output rows. */
function gatherAdjoint<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, FilterAdjoint.descriptor);
  let inK = <usize>word(pc, FilterAdjoint.inK);
  let inTheta = <usize>word(pc, FilterAdjoint.inTheta);
  const outK = <usize>word(pc, FilterAdjoint.outK);
  const outTheta = <usize>word(pc, FilterAdjoint.outTheta);
  const depth = word(desc, FilterDescriptor.window);
  const height = word(desc, FilterDescriptor.window + 1);
  const taps = word(desc, FilterDescriptor.window + 2);
  const outPlanes = word(pc, FilterAdjoint.outSize);
  const outRows = word(pc, FilterAdjoint.outSize + 1);
  const rowIn = <usize>word(pc, FilterAdjoint.inSize + 2) * width;
  const rowOut = <usize>word(pc, FilterAdjoint.outSize + 2) * width;
  const left = <usize>(taps - 1 - word(desc, FilterDescriptor.low + 2)) * width;
  // The padded row of sums must hold every tap of every input column.
  const padded = max(left + rowOut, rowIn + <usize>(taps - 1) * width);
  const scale = splat<T>(load<f64>(desc + FilterDescriptor.scale));
  const fromNngp = splat<T>(load<f64>(desc + FilterDescriptor.ntkFromNngp));
  const sumsK = <usize>word(desc, FilterDescriptor.scratch);
  const sumsTheta = sumsK + padded;
  memory.fill(sumsK, 0, 2 * padded);
  for (let z = 0; z < word(pc, FilterAdjoint.inSize); z++) {
    const z0 = z + word(desc, FilterDescriptor.low) - depth + 1;
    for (let y = 0; y < word(pc, FilterAdjoint.inSize + 1); y++) {
      const y0 = y + word(desc, FilterDescriptor.low + 1) - height + 1;
      const some = sumRows<T>(outK, outPlanes, outRows, z0, depth, y0, height, rowOut, sumsK + left);
      if (some) {
        sumRows<T>(outTheta, outPlanes, outRows, z0, depth, y0, height, rowOut, sumsTheta + left);
        for (let x: usize = 0; x < rowIn; x += REGISTER) {
          const n = sumTaps<T>(sumsTheta + x, taps, width);
          const m = v128.mul<T>(sumTaps<T>(sumsK + x, taps, width), scale);
          const flow = v128.add<T>(m, v128.mul<T>(n, fromNngp));
          v128.store(inK + x, v128.add<T>(v128.load(inK + x), flow));
          if (inTheta) v128.store(inTheta + x, v128.add<T>(v128.load(inTheta + x), v128.mul<T>(n, scale)));
        }
      }
      inK += rowIn;
      if (inTheta) inTheta += rowIn;
    }
  }
}

/** Any strides: every output row is spread over the input rows that it came from. */
function scatterAdjoint<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, FilterAdjoint.descriptor);
  const inK = <usize>word(pc, FilterAdjoint.inK);
  const inTheta = <usize>word(pc, FilterAdjoint.inTheta);
  let outK = <usize>word(pc, FilterAdjoint.outK);
  let outTheta = <usize>word(pc, FilterAdjoint.outTheta);
  const taps = word(desc, FilterDescriptor.window + 2);
  const step = <usize>word(desc, FilterDescriptor.stride + 2) * width;
  const low = <usize>word(desc, FilterDescriptor.low + 2) * width;
  const columns = word(pc, FilterAdjoint.inSize + 2);
  const rows = word(pc, FilterAdjoint.inSize + 1);
  const rowIn = <usize>columns * width;
  const rowOut = <usize>word(pc, FilterAdjoint.outSize + 2) * width;
  const margin = <usize>word(desc, FilterDescriptor.margin) * width;
  const scale = splat<T>(load<f64>(desc + FilterDescriptor.scale));
  const fromNngp = splat<T>(load<f64>(desc + FilterDescriptor.ntkFromNngp));
  const spreadK = <usize>word(desc, FilterDescriptor.scratch);
  const spreadTheta = spreadK + margin + rowIn + margin;
  const startK = spreadK + margin - low;
  const startTheta = spreadTheta + margin - low;

  for (let z = 0; z < word(pc, FilterAdjoint.outSize); z++) {
    for (let y = 0; y < word(pc, FilterAdjoint.outSize + 1); y++) {
      memory.fill(spreadK, 0, 2 * (margin + rowIn + margin));
      let at: usize = 0;
      for (let x: usize = 0; x < rowOut; x += width, at += step) {
        for (let w: usize = 0; w < width; w += REGISTER) {
          let cotK = v128.mul<T>(v128.load(outK + x + w), scale);
          if (outTheta) {
            const cotTheta = v128.load(outTheta + x + w);
            cotK = v128.add<T>(cotK, v128.mul<T>(cotTheta, fromNngp));
            if (inTheta) {
              const flow = v128.mul<T>(cotTheta, scale);
              for (let i = 0; i < taps; i++) {
                const to = startTheta + at + <usize>i * width + w;
                v128.store(to, v128.add<T>(v128.load(to), flow));
              }
            }
          }
          for (let i = 0; i < taps; i++) {
            const to = startK + at + <usize>i * width + w;
            v128.store(to, v128.add<T>(v128.load(to), cotK));
          }
        }
      }
      const z0 = z * word(desc, FilterDescriptor.stride) - word(desc, FilterDescriptor.low);
      const y0 = y * word(desc, FilterDescriptor.stride + 1) - word(desc, FilterDescriptor.low + 1);
      for (let i = max(z0, 0); i < min(z0 + word(desc, FilterDescriptor.window), word(pc, FilterAdjoint.inSize)); i++) {
        for (let j = max(y0, 0); j < min(y0 + word(desc, FilterDescriptor.window + 1), rows); j++) {
          const row = <usize>(i * rows + j) * rowIn;
          for (let b: usize = 0; b < rowIn; b += REGISTER) {
            v128.store(inK + row + b, v128.add<T>(v128.load(inK + row + b), v128.load(spreadK + margin + b)));
          }
          if (!inTheta || !outTheta) continue;
          for (let b: usize = 0; b < rowIn; b += REGISTER) {
            v128.store(inTheta + row + b, v128.add<T>(v128.load(inTheta + row + b), v128.load(spreadTheta + margin + b)));
          }
        }
      }
      outK += rowOut;
      if (outTheta) outTheta += rowOut;
    }
  }
}
