// to[p] += R[p][p+d] in all lanes, R being one constant a pair of positions.
// Words: toK, toΘ (0: none), R of the image's first pair, size[3], full[1..2], positions.
import { Embed } from './generated/instructions';
import { REGISTER } from './lanes';
import { word } from './words';

export function embed<T extends number>(pc: usize, width: usize): void {
  const theta = <usize>word(pc, Embed.toTheta);
  // From a pair of positions to the next ones, p and p + d both move on: down the diagonal of R.
  const diagonal = <usize>(word(pc, Embed.positions) + 1) * sizeof<T>();
  let at: usize = 0;
  for (let z = 0; z < word(pc, Embed.size); z++) {
    for (let y = 0; y < word(pc, Embed.size + 1); y++) {
      const first = (z * word(pc, Embed.full) + y) * word(pc, Embed.full + 1);
      const row = <usize>word(pc, Embed.table) + <usize>first * diagonal;
      for (let x = 0; x < word(pc, Embed.size + 2); x++, at += width) {
        const constant = v128.load_splat<T>(row + <usize>x * diagonal);
        add<T>(<usize>word(pc, Embed.toK) + at, constant, width);
        if (theta) add<T>(theta + at, constant, width);
      }
    }
  }
}

@inline
function add<T extends number>(to: usize, constant: v128, width: usize): void {
  for (let w: usize = 0; w < width; w += REGISTER) {
    v128.store(to + w, v128.add<T>(v128.load(to + w), constant));
  }
}
