// The parts of a nonlinearity that stand apart from `filter`: its backward pass and the variances' factors.
import { backward, factors } from './activations/index';
import { rowFactors } from './filter';
import { ActivationAdjoint, Factors, FilterDescriptor } from './generated/instructions';
import { word } from './words';

/** Words: desc (as in filter.ts), preK, preΘ, gK, gΘ, f1, f2, q1, q2, size[3]. */
export function activationAdjoint<T extends number>(pc: usize, width: usize): void {
  const desc = <usize>word(pc, ActivationAdjoint.descriptor);
  const row = <usize>word(pc, ActivationAdjoint.size + 2) * width;
  let at: usize = 0;
  for (let z = 0; z < word(pc, ActivationAdjoint.size); z++) {
    for (let y = 0; y < word(pc, ActivationAdjoint.size + 1); y++) {
      const pixel = <usize>((z * word(desc, FilterDescriptor.full) + y) * word(desc, FilterDescriptor.full + 1));
      const pixels = pixel * width;
      const f1 = <usize>word(pc, ActivationAdjoint.f1) + (word(desc, FilterDescriptor.spread) ? pixel * sizeof<T>() : pixels);
      const gTheta = <usize>word(pc, ActivationAdjoint.gTheta);
      const q1 = <usize>word(pc, ActivationAdjoint.q1);
      const q2 = <usize>word(pc, ActivationAdjoint.q2);
      backward<T>(
        word(desc, FilterDescriptor.activation),
        row,
        <usize>word(pc, ActivationAdjoint.preK) + at,
        <usize>word(pc, ActivationAdjoint.preTheta) + at,
        rowFactors<T>(desc, f1, row, width),
        <usize>word(pc, ActivationAdjoint.f2) + pixels,
        <usize>word(desc, FilterDescriptor.plane),
        <usize>word(pc, ActivationAdjoint.gK) + at,
        gTheta ? gTheta + at : 0,
        q1 ? q1 + pixels : 0,
        q2 ? q2 + pixels : 0,
        <usize>word(desc, FilterDescriptor.parameters),
      );
      at += row;
    }
  }
}

/** Words: desc, q, to, bytes: the factors of a whole image of variances. */
export function varianceFactors<T extends number>(pc: usize): void {
  const desc = <usize>word(pc, Factors.descriptor);
  factors<T>(
    word(desc, FilterDescriptor.activation),
    <usize>word(pc, Factors.q),
    <usize>word(pc, Factors.to),
    <usize>word(desc, FilterDescriptor.plane),
    <usize>word(pc, Factors.bytes),
    <usize>word(desc, FilterDescriptor.parameters),
  );
}
