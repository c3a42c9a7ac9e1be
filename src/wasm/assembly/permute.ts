// to += from, whose axes stand in another order.
// Words: to, from, to's size[3], from's distance in pixels between neighbours on each of to's axes.
import { Permute } from './generated/instructions';
import { addInto } from './lanes';
import { word } from './words';

export function permute<T extends number>(pc: usize, width: usize): void {
  let to = <usize>word(pc, Permute.to);
  for (let z = 0; z < word(pc, Permute.size); z++) {
    for (let y = 0; y < word(pc, Permute.size + 1); y++) {
      const row = z * word(pc, Permute.distance) + y * word(pc, Permute.distance + 1);
      for (let x = 0; x < word(pc, Permute.size + 2); x++) {
        addInto<T>(to, <usize>word(pc, Permute.from) + <usize>(row + x * word(pc, Permute.distance + 2)) * width, width);
        to += width;
      }
    }
  }
}
