/** K' = scale·m + shift, Θ' = ntkFromNngp·m + scale·n + ntkShift of a window's means m (of K) and n (of Θ). */
export interface Weights {
  readonly scale: number;
  readonly shift: number;
  readonly ntkFromNngp: number;
  readonly ntkShift: number;
}

/** The weights that change nothing. */
export const identity: Weights = { scale: 1, shift: 0, ntkFromNngp: 0, ntkShift: 0 };

/** The weights that do first `a`, then `b`. */
export function compose(a: Weights, b: Weights): Weights {
  return {
    scale: a.scale * b.scale,
    shift: b.scale * a.shift + b.shift,
    ntkFromNngp: b.ntkFromNngp * a.scale + b.scale * a.ntkFromNngp,
    ntkShift: b.ntkFromNngp * a.shift + b.scale * a.ntkShift + b.ntkShift,
  };
}

/** The cotangents of `a` and of `b`, of those of what `compose` makes of them. */
export function composeAdjoint(
  a: Weights,
  b: Weights,
  g: Weights,
): { readonly a: Weights; readonly b: Weights } {
  return {
    a: {
      scale: g.scale * b.scale + g.ntkFromNngp * b.ntkFromNngp,
      shift: g.shift * b.scale + g.ntkShift * b.ntkFromNngp,
      ntkFromNngp: g.ntkFromNngp * b.scale,
      ntkShift: g.ntkShift * b.scale,
    },
    b: {
      scale: g.scale * a.scale + g.shift * a.shift + g.ntkFromNngp * a.ntkFromNngp + g.ntkShift * a.ntkShift,
      shift: g.shift,
      ntkFromNngp: g.ntkFromNngp * a.scale + g.ntkShift * a.shift,
      ntkShift: g.ntkShift,
    },
  };
}
