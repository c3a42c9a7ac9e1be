import type { ActivationOp } from '../../program/ops/activation.js';

/** How the engine runs a nonlinearity. */
export interface EngineActivation {
  /** Its number in `assembly/activations/index.ts`. */
  readonly code: number;
  /** How many numbers it wants of each variance. */
  readonly factors: number;
  readonly params: readonly number[];
}

const rules: { readonly [Name in ActivationOp['fn']]: (params: readonly number[]) => EngineActivation } = {
  abRelu: ([a, b]) => ({
    code: 1,
    factors: 2,
    params: [(a - b) ** 2 / (2 * Math.PI), (a + b) ** 2 / 4, (a - b) ** 2 / 4],
  }),
  erf: () => ({ code: 2, factors: 2, params: [] }),
  gelu: () => ({ code: 3, factors: 2, params: [] }),
};

/** The engine's form of an activation op. */
export function engineActivation(op: ActivationOp): EngineActivation {
  return rules[op.fn](op.params);
}
