// Dropout at offset 0: to += from·(1 + same·excess), where `same` is 1 in the lanes that pair a sample with itself. Its
// own adjoint. Words: to, from, bytes, same (0: all lanes do), [pad]; f64 excess.
import { Dropout } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { word } from './words';

export function dropout<T extends number>(pc: usize, width: usize): void {
  const to = <usize>word(pc, Dropout.to);
  const from = <usize>word(pc, Dropout.from);
  const same = <usize>word(pc, Dropout.same);
  const one = splat<T>(1);
  const excess = splat<T>(load<f64>(pc + Dropout.excess));
  for (let w: usize = 0; w < width; w += REGISTER) {
    const factor = v128.add<T>(one, same ? v128.mul<T>(v128.load(same + w), excess) : excess);
    for (let at = w; at < <usize>word(pc, Dropout.bytes); at += width) {
      v128.store(to + at, v128.add<T>(v128.load(to + at), v128.mul<T>(v128.load(from + at), factor)));
    }
  }
}
