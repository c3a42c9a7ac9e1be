// Average and sum pooling gather several offsets of the input into one of the output. This is the share of one
// input offset: to[P] += scale·Σ from[P·stride + start + i], i < count along each axis, outside the image nothing.
// Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), from size[3], to size[3], stride[3], start[3], count[3], [pad]; f64 scale.
import { REGISTER, splat } from './lanes';
import { word } from './words';

export function pool<T extends number>(pc: usize, width: usize): void {
  move<T>(pc, width, <usize>word(pc, 1), <usize>word(pc, 3), false);
  if (word(pc, 4)) move<T>(pc, width, <usize>word(pc, 2), <usize>word(pc, 4), false);
}

/** The adjoint: from += scale·(what `to`'s cotangent sends back). */
export function poolAdjoint<T extends number>(pc: usize, width: usize): void {
  move<T>(pc, width, <usize>word(pc, 1), <usize>word(pc, 3), true);
  if (word(pc, 4)) move<T>(pc, width, <usize>word(pc, 2), <usize>word(pc, 4), true);
}

function move<T extends number>(pc: usize, width: usize, to: usize, from: usize, adjoint: bool): void {
  const scale = splat<T>(load<f64>(pc + 80));
  const size1 = word(pc, 6);
  const size2 = word(pc, 7);
  for (let z = 0; z < word(pc, 8); z++) {
    const z0 = z * word(pc, 11) + word(pc, 14);
    const zEnd = min(z0 + word(pc, 17), word(pc, 5));
    for (let y = 0; y < word(pc, 9); y++) {
      const y0 = y * word(pc, 12) + word(pc, 15);
      const yEnd = min(y0 + word(pc, 18), size1);
      for (let x = 0; x < word(pc, 10); x++) {
        const x0 = x * word(pc, 13) + word(pc, 16);
        const xFirst = max(x0, 0);
        const xEnd = min(x0 + word(pc, 19), size2);
        for (let w: usize = 0; w < width; w += REGISTER) {
          let sum = splat<T>(0);
          const flow = v128.mul<T>(scale, v128.load(to + w));
          for (let i = max(z0, 0); i < zEnd; i++) {
            for (let j = max(y0, 0); j < yEnd; j++) {
              const row = from + <usize>((i * size1 + j) * size2) * width + w;
              for (let l = xFirst; l < xEnd; l++) {
                const at = row + <usize>l * width;
                if (adjoint) v128.store(at, v128.add<T>(v128.load(at), flow));
                else sum = v128.add<T>(sum, v128.load(at));
              }
            }
          }
          if (!adjoint) v128.store(to + w, v128.add<T>(v128.load(to + w), v128.mul<T>(scale, sum)));
        }
        to += width;
      }
    }
  }
}
