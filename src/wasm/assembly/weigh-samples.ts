// to[p] += w1[p]·w2[p+d]·from[p], with weights of each sample's own. Its own adjoint.
// Words: toK, toΘ, fromK, fromΘ (Θ's 0: none), size[3], w1, w2 (weights of the first pixel), full[1..2], lanes1:
// w2 holds a number a lane, w1 as well where `lanes1` is 1, else one for all lanes.
import { WeighSamples } from './generated/instructions';
import { REGISTER } from './lanes';
import { word } from './words';

export function weighSamples<T extends number>(pc: usize, width: usize): void {
  const lanes1 = word(pc, WeighSamples.lanes1) != 0;
  const pixel1 = lanes1 ? width : sizeof<T>();
  const theta = <usize>word(pc, WeighSamples.fromTheta);
  let at: usize = 0;
  for (let z = 0; z < word(pc, WeighSamples.size); z++) {
    for (let y = 0; y < word(pc, WeighSamples.size + 1); y++) {
      const row = <usize>((z * word(pc, WeighSamples.full) + y) * word(pc, WeighSamples.full + 1));
      let w1 = <usize>word(pc, WeighSamples.w1) + row * pixel1;
      let w2 = <usize>word(pc, WeighSamples.w2) + row * width;
      for (let x = 0; x < word(pc, WeighSamples.size + 2); x++) {
        for (let w: usize = 0; w < width; w += REGISTER) {
          const left = lanes1 ? v128.load(w1 + w) : v128.load_splat<T>(w1);
          const weight = v128.mul<T>(left, v128.load(w2 + w));
          add<T>(<usize>word(pc, WeighSamples.toK) + at + w, <usize>word(pc, WeighSamples.fromK) + at + w, weight);
          if (theta) add<T>(<usize>word(pc, WeighSamples.toTheta) + at + w, theta + at + w, weight);
        }
        w1 += pixel1;
        w2 += width;
        at += width;
      }
    }
  }
}

@inline
function add<T extends number>(to: usize, from: usize, weight: v128): void {
  v128.store(to, v128.add<T>(v128.load(to), v128.mul<T>(weight, v128.load(from))));
}
