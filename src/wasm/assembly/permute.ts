// to += from, whose axes stand in another order.
// Words: to, from, to's size[3], from's distance in pixels between neighbours on each of to's axes.
import { addInto } from './lanes';
import { word } from './words';

export function permute<T extends number>(pc: usize, width: usize): void {
  let to = <usize>word(pc, 1);
  for (let z = 0; z < word(pc, 3); z++) {
    for (let y = 0; y < word(pc, 4); y++) {
      const row = z * word(pc, 6) + y * word(pc, 7);
      for (let x = 0; x < word(pc, 5); x++) {
        addInto<T>(to, <usize>word(pc, 2) + <usize>(row + x * word(pc, 8)) * width, width);
        to += width;
      }
    }
  }
}
