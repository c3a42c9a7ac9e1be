import type { AnyArray } from '../base/any-array.js';
import { readOptions } from '../base/options.js';
import { received } from '../base/received.js';
import type { PairCotangents } from '../executors/pairs.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import { constantsOf, withConstants } from '../program/constants.js';
import type { Program } from '../program/program.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree } from '../tracing/tree.js';
import { type ComputeOptions, computeOptions } from './compute-options.js';
import { type GramCotangents, readCotangents } from './gram-vjp.js';
import { readPairs } from './read-pairs.js';

/** Hyperparameters of a network, each a number by its name: standard deviations, slopes of rectifiers and the like. */
export type Hyperparameters = Readonly<Record<string, number>>;

/**
 * A network as a function of its hyperparameters. It returns the network's `kernel`. One hyperparameter may stand for many numbers, as
 * a `wStd` that all layers share does, and a number may be made of several.
 */
export type ParametricNetwork<P extends Hyperparameters, K extends NetworkKernel = NetworkKernel> = (
  parameters: P,
) => K;

/** Options of `hyperparameterVjp`. */
export interface HyperparameterVjpOptions extends ComputeOptions, SampleOptions {}

/** Weights of the points θ + t·h whose sum is h·∂/∂θ, exact for polynomials of degree 4. */
const points: readonly (readonly [t: number, weight: number])[] = [
  [-2, 1 / 12],
  [-1, -2 / 3],
  [1, 2 / 3],
  [2, -1 / 12],
];

/** The distance of these points, relative to the hyperparameter: roundings and what the weights leave out are below 1e-11. */
const STEP = 1e-3;

/**
 * Gradient of Σ cotangents.nngp ∘ nngp + Σ cotangents.ntk ∘ ntk in a network's hyperparameters: the vector–Jacobian product of
 * `gram` in them.
 *
 * The Program's constants, scales and shifts of weights, slopes and phases, are inputs of the engine's adjoint, so that the cost does
 * not depend on how many hyperparameters there are. How these make the constants is found by tracing the network at nearby values. A
 * hyperparameter that changes other numbers of the Program, such as `eps` of `LayerNorm` or a polynomial's coefficients, is
 * differentiated by differences of four Gram matrices.
 *
 * @param network takes the hyperparameters and returns the kernel, e.g. `({ w }) => stax.Dense(1, { wStd: w }).kernel`.
 * @param parameters where the gradient is wanted.
 * @param x1 `[n1, …]`. @param x2 `[n2, …]`; null: x1 itself.
 * @returns a number for each hyperparameter.
 * @throws TypeError when `network` is no function of them.
 * @throws RangeError when a hyperparameter is not a finite number, or there is no cotangent.
 * @throws ShapeError, NonFiniteError, DisposedError, UnsupportedError as `gramVjp` does.
 *
 * @remarks About three times the time of `gram`. Right to 1e-8 in float64 by differences.
 *
 * @example
 * ```ts
 * import { hyperparameterVjp, stax } from 'neural-tangents';
 * const network = ({ w }: { w: number }) => stax.Dense(1, { wStd: w, bStd: 0 }).kernel;
 * const x = { shape: [1, 2], data: Float64Array.of(1, 1) };
 * const one = { shape: [1, 1], data: Float64Array.of(1) };
 * // The NNGP is w²·|x|²/2.
 * const gradient = await hyperparameterVjp(network, { w: 3 }, x, null, { nngp: one });
 * console.log(gradient.w.toFixed(9)); // 6.000000000
 * ```
 */
export async function hyperparameterVjp<const P extends Hyperparameters>(
  network: ParametricNetwork<P>,
  parameters: P,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  cotangents: GramCotangents,
  options: HyperparameterVjpOptions = {},
): Promise<{ readonly [Name in keyof P]: number }> {
  const where = 'hyperparameterVjp';
  const read = readOptions(where, options, { ...computeOptions, ...sampleOptions });
  checkHyperparameters(where, network, parameters);
  const pairsOf = (kernel: NetworkKernel) => readPairs(where, kernel, x1, x2, read);
  const { executor, program, rows1, rows2, same, run } = pairsOf(network(parameters));
  const cotangent = readCotangents(where, cotangents, rows1.count, (rows2 ?? rows1).count);
  const sides = { x1: false, x2: false };
  const job = { ...run, same, sides, constants: true };
  const { constants } = await executor.vjp(program, rows1, same ? null : rows2, cotangent, job);
  const gradient: Record<string, number> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const step = STEP * (Math.abs(value) || 1);
    const nearby = points.map(([t, weight]) => ({
      weight: weight / step,
      kernel: network({ ...parameters, [name]: value + t * step }),
    }));
    const programs = nearby.map(({ kernel }) => pairsOf(kernel).program);
    let sum = 0;
    if (constants && programs.every((other) => differsInConstants(program, other))) {
      nearby.forEach(({ weight }, i) => {
        for (const [c, number] of constantsOf(programs[i]).entries()) sum += weight * number * constants[c];
      });
    } else {
      for (const { weight, kernel } of nearby) sum += weight * (await pairing(pairsOf(kernel), cotangent));
    }
    gradient[name] = sum;
  }
  return gradient as { readonly [Name in keyof P]: number };
}

/** @throws TypeError, RangeError for what is no network of hyperparameters. */
export function checkHyperparameters(
  where: string,
  network: ParametricNetwork<never>,
  parameters: Hyperparameters,
): void {
  if (typeof network !== 'function') {
    const remedy = 'Pass e.g. ({ w }) => stax.Dense(1, { wStd: w }).kernel.';
    throw new TypeError(
      `${where}: network must be a function of its hyperparameters, ${received(network, remedy)}`,
    );
  }
  if (typeof parameters !== 'object' || parameters === null) {
    throw new TypeError(
      `${where}: parameters must be a record of numbers, ${received(parameters, 'Pass e.g. { w: 1.5 }.')}`,
    );
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (Number.isFinite(value)) continue;
    throw new RangeError(`${where}: the hyperparameter ${name} must be a finite number, got ${value}.`);
  }
}

/** Whether two Programs are the same but for their constants. */
function differsInConstants(a: Program, b: Program): boolean {
  const skeleton = (program: Program) =>
    JSON.stringify(
      withConstants(
        program,
        constantsOf(program).map(() => 0),
      ),
    );
  return skeleton(a) === skeleton(b);
}

/** Σ cotangents ∘ covariances. */
async function pairing(
  { executor, program, rows1, rows2, same, run }: ReturnType<typeof readPairs>,
  cotangents: PairCotangents,
): Promise<number> {
  const fields = (['nngp', 'ntk'] as const).filter((field) => cotangents[field] !== null);
  const covariances = await executor.gram(program, rows1, same ? null : rows2, { ...run, fields });
  let sum = 0;
  for (const field of fields) {
    const [k, g] = [covariances[field]!, cotangents[field]!];
    for (let i = 0; i < k.length; i++) sum += g[i] * k[i];
  }
  return sum;
}
