// A constant matrix per axis on both positions: the share of one input offset in one of the result, or its adjoint.
// Words: length of the instruction in words, toK, toΘ, fromK, fromΘ (Θ's 0: none), to's row sizes[1..2], from's row
// sizes[1..2], terms[3]; the terms of each axis as pairs (to, from); [pad]; their weights as f64.
import { Mix } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { word } from './words';

export function mix<T extends number>(pc: usize, width: usize): void {
  const countZ = word(pc, Mix.terms);
  const countY = word(pc, Mix.terms + 1);
  const countX = word(pc, Mix.terms + 2);
  const count = countZ + countY + countX;
  const weights = pc + ((<usize>word(pc, Mix.length)) << 2) - ((<usize>count) << 3);
  for (let i = 0; i < countZ; i++) {
    for (let j = countZ; j < countZ + countY; j++) {
      const weight = load<f64>(weights + ((<usize>i) << 3)) * load<f64>(weights + ((<usize>j) << 3));
      const toRow = (place(pc, i, 0) * word(pc, Mix.toRow) + place(pc, j, 0)) * word(pc, Mix.toRow + 1);
      const fromRow = (place(pc, i, 1) * word(pc, Mix.fromRow) + place(pc, j, 1)) * word(pc, Mix.fromRow + 1);
      for (let k = countZ + countY; k < count; k++) {
        const factor = splat<T>(weight * load<f64>(weights + ((<usize>k) << 3)));
        const to = <usize>(toRow + place(pc, k, 0)) * width;
        const from = <usize>(fromRow + place(pc, k, 1)) * width;
        add<T>(<usize>word(pc, Mix.toK) + to, <usize>word(pc, Mix.fromK) + from, factor, width);
        const theta = <usize>word(pc, Mix.fromTheta);
        if (theta) add<T>(<usize>word(pc, Mix.toTheta) + to, theta + from, factor, width);
      }
    }
  }
}

/** Where a term goes (0) or comes from (1) on its axis. */
@inline
function place(pc: usize, term: i32, end: i32): i32 {
  return word(pc, Mix.places + <usize>(2 * term + end));
}

@inline
function add<T extends number>(to: usize, from: usize, factor: v128, width: usize): void {
  for (let w: usize = 0; w < width; w += REGISTER) {
    v128.store(to + w, v128.add<T>(v128.load(to + w), v128.mul<T>(factor, v128.load(from + w))));
  }
}
