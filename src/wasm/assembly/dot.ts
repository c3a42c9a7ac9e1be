// The cotangent of a constant: to += Σ_pixels a·b, lane by lane; b = 0 stands for ones. Pixels are added up in their order.
import { Dot } from './generated/instructions';
import { REGISTER } from './lanes';
import { word } from './words';

export function dot<T extends number>(pc: usize, width: usize): void {
  const to = <usize>word(pc, Dot.to);
  const a = <usize>word(pc, Dot.a);
  const b = <usize>word(pc, Dot.b);
  const bytes = <usize>word(pc, Dot.bytes);
  for (let w: usize = 0; w < width; w += REGISTER) {
    let sum = v128.load(to + w);
    for (let at = w; at < bytes; at += width) {
      const x = v128.load(a + at);
      sum = v128.add<T>(sum, b ? v128.mul<T>(x, v128.load(b + at)) : x);
    }
    v128.store(to + w, sum);
  }
}
