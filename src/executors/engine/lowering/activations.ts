import { UnsupportedError } from '../../../base/errors.js';
import { gaussHermite } from '../../../program/gauss-hermite.js';
import type { ActivationOp } from '../../../program/ops/activation.js';
import { registeredFunction } from '../../../program/own-functions.js';
import { gaussianMoments, hermiteMoments } from '../../../program/polynomial-moments.js';
import type { Program } from '../../../program/program.js';
import type { CodeName } from '../instructions.js';

/** How the engine runs a nonlinearity. */
export interface EngineActivation {
  readonly name: CodeName<'activation'>;
  /** How many numbers it wants of each variance. */
  readonly factors: number;
  readonly params: readonly number[];
  /** Where the variance of its outputs is a multiple of q: the terms of that number, to be added in the engine's format. */
  readonly varianceScale?: readonly number[];
  /** A user's function that the factors are made of, outside of the engine's module. */
  readonly own?: OwnFunction;
  /** Whether all its outputs have one sign, so that their covariances are never negative. */
  readonly oneSign?: boolean;
  /** Time of an entry in units of a ReLU's in f32; 1 if absent. */
  readonly cost?: number;
  /** The derivatives in the op's constants, in their order: multiples of the same nonlinearity with other parameters. */
  readonly derivatives?: readonly ActivationDerivative[];
}

/** A user's function of numbers, and how many moments of it are its factors. */
export interface OwnFunction {
  readonly id: number;
  readonly degree: number;
}

/** `factor` times the nonlinearity with these parameters in place of its own. */
export interface ActivationDerivative {
  readonly factor: number;
  readonly params: readonly number[];
  readonly varianceScale?: readonly number[];
}

type EngineRule = (params: readonly number[], neverNegative: boolean) => EngineActivation;

const rules: { readonly [Name in ActivationOp['fn']]: EngineRule } = {
  abRelu: ([a, b], neverNegative) => ({
    name: 'abRelu',
    factors: 2,
    params: [(a - b) ** 2 / (2 * Math.PI), (a + b) ** 2 / 4, (a - b) ** 2 / 4, neverNegative ? 1 : 0],
    varianceScale: [(a + b) ** 2 / 4, (a - b) ** 2 / 4],
    oneSign: a * b <= 0,
    derivatives: [slopeDerivative(a, b, neverNegative), slopeDerivative(b, a, neverNegative)],
  }),
  erf: () => ({ name: 'erf', factors: 2, params: [] }),
  gelu: () => ({ name: 'gelu', factors: 2, params: [] }),
  exponential: ([sign]) => ({ name: 'exponential', factors: 1, params: [sign], cost: 8 }),
  sine: ([phase]) => ({
    name: 'sine',
    factors: 1,
    params: [Math.sin(phase) ** 2 / 2, Math.cos(phase) ** 2 / 2],
    cost: 16,
    derivatives: [{ factor: Math.sin(2 * phase) / 2, params: [1, -1] }],
  }),
  gaussian: ([b]) => ({ name: 'gaussian', factors: 1, params: [b] }),
  gabor: () => ({ name: 'gabor', factors: 1, params: [], cost: 20 }),
  expNormalized: (params) => ({
    ...{ name: 'expNormalized', factors: 2, params: [...params, 0], cost: 10 },
    derivatives: [
      { factor: 1, params: [...params, 1] },
      { factor: params[0], params: [...params, 0] },
    ],
  }),
  laplace: () => ({ name: 'laplace', factors: 1, params: [], cost: 8 }),
  sign: () => ({ name: 'sign', factors: 2, params: [] }),
  polynomial: (coefficients) => polynomial(gaussianMoments(coefficients), 0.5),
  hermite: ([degree]) => polynomial(hermiteMoments(degree), 0),
  rectifiedMonomial: ([degree]) => ({ name: 'rectifiedMonomial', factors: 2, params: [degree] }),
  quadrature([index, degree]) {
    const { nodes, weights } = gaussHermite(degree);
    return {
      name: 'quadrature',
      factors: 2,
      params: [index, degree, ...nodes, ...weights],
      cost: 16 * degree ** 2,
    };
  },
  ownNumbers([id, degree]) {
    registeredFunction(id);
    // A polynomial's dual, whose moments are not those of a polynomial.
    const polynomialOf = { name: 'polynomial', factors: degree, params: [degree - 1, 0.5] } as const;
    return { ...polynomialOf, cost: 2 * degree, own: { id, degree } };
  },
  own() {
    throw new UnsupportedError(
      "engine: functions of one's own on tensors run on the tf executor only. Call kernel(x1, x2, get), which picks it.",
    );
  },
};

/**
 * An `abRelu` is linear in its parameters, which are quadratic in the slopes: its derivative in one slope, `b` being the other.
 * The engine wants κ and (a − b)² not negative, so the sign of a − b is a factor.
 */
function slopeDerivative(a: number, b: number, neverNegative: boolean): ActivationDerivative {
  const factor = a < b ? -1 : 1;
  const [middle, half] = [(factor * (a + b)) / 2, Math.abs(a - b) / 2];
  return {
    factor,
    params: [Math.abs(a - b) / Math.PI, middle, half, neverNegative ? 1 : 0],
    varianceScale: [middle, half],
  };
}

function polynomial(moments: readonly (readonly number[])[], half: number): EngineActivation {
  const degree = moments.length - 1;
  const rows = moments.flatMap((row, l) => {
    const powers = Math.floor((degree - l) / 2);
    return [...Array(powers + 1 - row.length).fill(0), ...row] as number[];
  });
  return { name: 'polynomial', factors: degree + 1, params: [degree, half, ...rows], cost: 2 * (degree + 1) };
}

/** The engine's form of an activation op; `neverNegative`: its input covariances are known to be at least 0. */
export function engineActivation(op: ActivationOp, neverNegative: boolean): EngineActivation {
  return rules[op.fn](op.params, neverNegative);
}

/** Whether K(x1, x2) = K(x2, x1)ᵀ, to the last digits: not with quadrature, which takes the two sides differently. */
export function isSymmetric(program: Program): boolean {
  return !program.ops.some((op) => op.op === 'activation' && op.fn === 'quadrature');
}
