// to[p] += w[p]·w[p+d]·from[p], with one weight a pixel. Its own adjoint.
// Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), size[3], w1, w2 (weights of the first pixel), full[1..2].
import { Weigh } from './generated/instructions';
import { REGISTER } from './lanes';
import { word } from './words';

export function weigh<T extends number>(pc: usize, width: usize): void {
  const theta = <usize>word(pc, Weigh.fromTheta);
  let at: usize = 0;
  for (let z = 0; z < word(pc, Weigh.size); z++) {
    for (let y = 0; y < word(pc, Weigh.size + 1); y++) {
      const row = <usize>((z * word(pc, Weigh.full) + y) * word(pc, Weigh.full + 1)) * sizeof<T>();
      for (let x = 0; x < word(pc, Weigh.size + 2); x++) {
        const pixel = row + <usize>x * sizeof<T>();
        const weight = v128.mul<T>(
          v128.load_splat<T>(<usize>word(pc, Weigh.w1) + pixel),
          v128.load_splat<T>(<usize>word(pc, Weigh.w2) + pixel),
        );
        add<T>(<usize>word(pc, Weigh.toK) + at, <usize>word(pc, Weigh.fromK) + at, weight, width);
        if (theta) add<T>(<usize>word(pc, Weigh.toTheta) + at, theta + at, weight, width);
        at += width;
      }
    }
  }
}

@inline
function add<T extends number>(to: usize, from: usize, weight: v128, width: usize): void {
  for (let w: usize = 0; w < width; w += REGISTER) {
    v128.store(to + w, v128.add<T>(v128.load(to + w), v128.mul<T>(weight, v128.load(from + w))));
  }
}
