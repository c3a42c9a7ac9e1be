// Average and sum pooling gather several offsets of the input into one of the output. This is the share of one
// input offset: to[P] += scale·Σ from[P·stride + start + i], i < count along each axis, outside the image nothing.
// Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), from size[3], to size[3], stride[3], start[3], count[3], [pad]; f64 scale.
import { Pool, PoolAdjoint } from './generated/instructions';
import { REGISTER, STEP, TWO_A_GROUP, splat } from './lanes';
import { word } from './words';

export function pool<T extends number>(pc: usize, width: usize): void {
  move<T>(pc, width, <usize>word(pc, Pool.toK), <usize>word(pc, Pool.fromK), false);
  if (word(pc, Pool.fromTheta)) move<T>(pc, width, <usize>word(pc, Pool.toTheta), <usize>word(pc, Pool.fromTheta), false);
}

/** The adjoint: from += scale·(what `to`'s cotangent sends back). */
export function poolAdjoint<T extends number>(pc: usize, width: usize): void {
  move<T>(pc, width, <usize>word(pc, PoolAdjoint.toK), <usize>word(pc, PoolAdjoint.fromK), true);
  const theta = <usize>word(pc, PoolAdjoint.fromTheta);
  if (theta) move<T>(pc, width, <usize>word(pc, PoolAdjoint.toTheta), theta, true);
}

function move<T extends number>(pc: usize, width: usize, to: usize, from: usize, adjoint: bool): void {
  if (!adjoint && word(pc, Pool.toSize) * word(pc, Pool.toSize + 1) * word(pc, Pool.toSize + 2) == 1) {
    total<T>(pc, width, to, from);
    return;
  }
  const scale = splat<T>(load<f64>(pc + Pool.scale));
  const rows = word(pc, Pool.fromSize + 1);
  const columns = word(pc, Pool.fromSize + 2);
  const outColumns = word(pc, Pool.toSize + 2);
  const stride = word(pc, Pool.stride + 2);
  for (let z = 0; z < word(pc, Pool.toSize); z++) {
    const z0 = z * word(pc, Pool.stride) + word(pc, Pool.start);
    const zEnd = min(z0 + word(pc, Pool.count), word(pc, Pool.fromSize));
    for (let y = 0; y < word(pc, Pool.toSize + 1); y++) {
      const y0 = y * word(pc, Pool.stride + 1) + word(pc, Pool.start + 1);
      const yEnd = min(y0 + word(pc, Pool.count + 1), rows);
      for (let i = max(z0, 0); i < zEnd; i++) {
        for (let j = max(y0, 0); j < yEnd; j++) {
          const row = from + <usize>((i * rows + j) * columns) * width;
          for (let tap = word(pc, Pool.start + 2); tap < word(pc, Pool.start + 2) + word(pc, Pool.count + 2); tap++) {
            // Results x with 0 <= x·stride + tap < columns.
            const first = tap < 0 ? (stride - 1 - tap) / stride : 0;
            const last = min(outColumns, (columns - 1 - tap + stride) / stride);
            if (columns - 1 - tap < 0) break;
            let at = row + <usize>(first * stride + tap) * width;
            const end = to + <usize>last * width;
            for (let out = to + <usize>first * width; out < end; out += width) {
              for (let w: usize = 0; w < width; w += STEP) {
                const target = adjoint ? at + w : out + w;
                const source = adjoint ? out + w : at + w;
                v128.store(target, v128.add<T>(v128.load(target), v128.mul<T>(scale, v128.load(source))));
                if (TWO_A_GROUP) {
                  const flow = v128.mul<T>(scale, v128.load(source, REGISTER));
                  v128.store(target, v128.add<T>(v128.load(target, REGISTER), flow), REGISTER);
                }
              }
              at += <usize>stride * width;
            }
          }
        }
      }
      to += <usize>outColumns * width;
    }
  }
}

/** The share of a result of one pixel: summed row by row, so that few rounding errors add up. */
function total<T extends number>(pc: usize, width: usize, to: usize, from: usize): void {
  const scale = splat<T>(load<f64>(pc + Pool.scale));
  const planes = word(pc, Pool.fromSize);
  const rows = word(pc, Pool.fromSize + 1);
  const columns = word(pc, Pool.fromSize + 2);
  const left = max(word(pc, Pool.start + 2), 0);
  const right = min(word(pc, Pool.start + 2) + word(pc, Pool.count + 2), columns);
  for (let w: usize = 0; w < width; w += REGISTER) {
    let sum = splat<T>(0);
    for (let i = max(word(pc, Pool.start), 0); i < min(word(pc, Pool.start) + word(pc, Pool.count), planes); i++) {
      for (let j = max(word(pc, Pool.start + 1), 0); j < min(word(pc, Pool.start + 1) + word(pc, Pool.count + 1), rows); j++) {
        let row = splat<T>(0);
        const start = from + <usize>((i * rows + j) * columns) * width + w;
        for (let x = left; x < right; x++) row = v128.add<T>(row, v128.load(start + <usize>x * width));
        sum = v128.add<T>(sum, row);
      }
    }
    v128.store(to + w, v128.add<T>(v128.load(to + w), v128.mul<T>(scale, sum)));
  }
}
