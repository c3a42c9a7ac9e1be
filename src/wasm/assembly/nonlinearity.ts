// The parts of a nonlinearity that stand apart from `filter`: its backward pass and the variances' factors.
import { backward, factors } from './activations/index';
import { rowFactors } from './filter';
import { word } from './words';

/** Words: desc (as in filter.ts), preK, preΘ, gK, gΘ, f1, f2, q1, q2, size[3]. */
export function activationAdjoint<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, 1);
  const row = <usize>word(pc, 12) * width;
  let at: usize = 0;
  for (let z = 0; z < word(pc, 10); z++) {
    for (let y = 0; y < word(pc, 11); y++) {
      const pixel = <usize>((z * word(desc, 9) + y) * word(desc, 10));
      const pixels = pixel * width;
      const f1 = <usize>word(pc, 6) + (word(desc, 16) ? pixel * sizeof<T>() : pixels);
      const gTheta = <usize>word(pc, 5);
      const q1 = <usize>word(pc, 8);
      const q2 = <usize>word(pc, 9);
      backward<T>(
        word(desc, 11),
        row,
        <usize>word(pc, 2) + at,
        <usize>word(pc, 3) + at,
        rowFactors<T>(desc, f1, row, width),
        <usize>word(pc, 7) + pixels,
        <usize>word(desc, 12),
        <usize>word(pc, 4) + at,
        gTheta ? gTheta + at : 0,
        q1 ? q1 + pixels : 0,
        q2 ? q2 + pixels : 0,
        <usize>word(desc, 13),
      );
      at += row;
    }
  }
}

/** Words: desc, q, to, bytes: the factors of a whole image of variances. */
export function varianceFactors<T extends number>(pc: usize): void {
  const desc = <usize>word(pc, 1);
  factors<T>(
    word(desc, 11),
    <usize>word(pc, 2),
    <usize>word(pc, 3),
    <usize>word(desc, 12),
    <usize>word(pc, 4),
    <usize>word(desc, 13),
  );
}
