import type { AnyArray } from '../base/any-array.js';
import { NonFiniteError, NotPositiveDefiniteError } from '../base/errors.js';
import { anything, byDefault, flag, isAmount, isWhole, oneOf, readOptions, rule } from '../base/options.js';
import {
  checkHyperparameters,
  type Hyperparameters,
  hyperparameterVjp,
  type ParametricNetwork,
} from '../gram/hyperparameter-vjp.js';
import { type ComputeOptions, computeOptions, field, type GramField, gram } from '../gram/index.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import { type RidgeOptions, ridgeOptions } from '../regression/ridge.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree } from '../tracing/tree.js';
import { type DescentPoint, largest, minimise, type Slope } from './bfgs.js';
import { leaveOneOut } from './leave-one-out.js';
import { logMarginalLikelihood } from './log-marginal-likelihood.js';

/** What hyperparameters are learned by: the labels' density under a Gaussian process, or the loss on samples left out. */
export type LearningObjective = 'marginalLikelihood' | 'leaveOneOut';

/** Options of {@link learnHyperparameters}. */
export interface LearnHyperparametersOptions
  extends Pick<RidgeOptions, 'reg' | 'regScale'>,
    Pick<ComputeOptions, 'threads' | 'signal' | 'onProgress'>,
    SampleOptions {
  /** Which kernel regresses, default `'nngp'`. */
  readonly get?: GramField;
  /** Default `'marginalLikelihood'`: its negative logarithm is lowered. */
  readonly objective?: LearningObjective;
  /** Whether `reg` is learned too, default true. */
  readonly learnReg?: boolean;
  /** Hyperparameters that may be zero or negative, e.g. a slope; all others are positive, and their logarithms are learned. */
  readonly signed?: readonly string[];
  /** Steps at most, default 100. */
  readonly steps?: number;
  /** Learning ends when no slope is larger, relative to the loss where that is above 1; default 1e-6. */
  readonly tolerance?: number;
}

/** A step of learning. */
export interface LearningStep<P extends Hyperparameters = Hyperparameters> {
  /** 0 for the start. */
  readonly step: number;
  /** −log p(y), or the loss on samples left out. */
  readonly loss: number;
  readonly parameters: P;
  readonly reg: number;
  /** The largest slope of the loss in what is learned. */
  readonly slope: number;
}

/** Hyperparameters learned from data. */
export interface LearnedHyperparameters<P extends Hyperparameters, K extends NetworkKernel = NetworkKernel> {
  readonly parameters: P;
  /** The ridge, as a multiple of what `regScale` says. */
  readonly reg: number;
  readonly loss: number;
  /** The network with these hyperparameters. */
  readonly kernel: K;
  /** Whether the slopes are within `tolerance`, and not the steps at an end. */
  readonly converged: boolean;
  /** The start, then every step. */
  readonly history: readonly LearningStep<P>[];
}

const { threads, signal, onProgress } = computeOptions;
const { reg, regScale } = ridgeOptions;

const learningOptions = {
  get: byDefault('nngp', field),
  objective: byDefault('marginalLikelihood', oneOf<LearningObjective>(['marginalLikelihood', 'leaveOneOut'])),
  learnReg: byDefault(true, flag),
  signed: byDefault([], anything<readonly string[]>()),
  steps: byDefault(100, rule('must be a whole number of at least 1', isWhole(1))),
  tolerance: byDefault(1e-6, rule('must be a finite number of at least 0', isAmount)),
  ...{ reg, regScale, threads, signal, onProgress },
  ...sampleOptions,
};

/**
 * Learns a network's hyperparameters, and the ridge of its regression, from training data alone.
 *
 * The negative log marginal likelihood, or the loss on samples left out, goes down by the method of Broyden, Fletcher, Goldfarb and
 * Shanno in the hyperparameters' logarithms. Each of its evaluations takes a Gram matrix, its gradient and an inverse.
 *
 * @param network takes the hyperparameters and returns the kernel.
 * @param start where learning begins; each is positive unless it is among `signed`.
 * @param x training samples `[n, …]`. @param y labels `[n, outputs]`.
 * @throws RangeError when a hyperparameter that is not among `signed`, or a `reg` to be learned, is not positive.
 * @throws NotPositiveDefiniteError, NonFiniteError when the start itself cannot be evaluated.
 * @throws TypeError, ShapeError, UnsupportedError as `gram`, `hyperparameterVjp` and `kernelRidge` do.
 * @throws the signal's reason when it aborts.
 *
 * @remarks A minimum is a local one: start from several places where that matters. Computed in float64.
 * @source C. Rasmussen and C. Williams, Gaussian Processes for Machine Learning (2006), chapter 5.
 *
 * @example
 * ```ts
 * import { learnHyperparameters, stax } from 'neural-tangents';
 * const network = ({ w, b }: { w: number; b: number }) =>
 *   stax.serial(stax.Dense(512, { wStd: w, bStd: b }), stax.Erf(), stax.Dense(1, { wStd: w, bStd: b })).kernel;
 * const at = Float64Array.from({ length: 20 }, (_, i) => i / 10 - 1);
 * const x = { shape: [20, 1], data: at };
 * const y = { shape: [20, 1], data: at.map((t) => Math.sin(3 * t)) };
 * const learned = await learnHyperparameters(network, { w: 1.5, b: 0.5 }, x, y, { reg: 1e-3, steps: 20 });
 * console.log(learned.loss < learned.history[0].loss); // true
 * ```
 */
export async function learnHyperparameters<
  const P extends Hyperparameters,
  K extends NetworkKernel = NetworkKernel,
>(
  network: ParametricNetwork<Widened<P>, K>,
  start: P,
  x: Tree<AnyArray>,
  y: AnyArray,
  options: LearnHyperparametersOptions = {},
): Promise<LearnedHyperparameters<Widened<P>, K>> {
  const where = 'learnHyperparameters';
  const read = readOptions(where, options, learningOptions);
  checkHyperparameters(where, network as ParametricNetwork<never>, start);
  const scale = new Scale(where, start, read.signed, read.learnReg ? read.reg : null);
  const { get, maskConstant, pattern } = read;
  const samples = { maskConstant, ...(pattern !== undefined && { pattern }) };
  const compute = { threads: read.threads, signal: read.signal, ...samples };

  const evaluate = async (point: Float64Array): Promise<Slope> => {
    const { parameters, ridge = read.reg } = scale.values(point);
    const at = parameters as Widened<P>;
    const k = await gram(network(at), x, null, { ...compute, get });
    const objective = { reg: ridge, regScale: read.regScale, signal: read.signal };
    const likelihood = read.objective === 'marginalLikelihood';
    const fitted = await (likelihood ? logMarginalLikelihood : leaveOneOut)(k, y, objective);
    const cotangents = { [get]: fitted.kernelGradient };
    const gradient = await hyperparameterVjp(network, at, x, null, cotangents, compute);
    const sign = likelihood ? -1 : 1;
    return {
      value: sign * fitted.value,
      gradient: scale.slopes(point, gradient, fitted.regGradient).map((slope) => sign * slope),
    };
  };
  const outside: Slope = { value: Number.POSITIVE_INFINITY, gradient: new Float64Array(0) };
  const evaluateInside = (point: Float64Array): Promise<Slope> =>
    evaluate(point).catch((error: unknown) => {
      if (error instanceof NotPositiveDefiniteError || error instanceof NonFiniteError) return outside;
      throw error;
    });

  const history: LearningStep<Widened<P>>[] = [];
  let converged = false;
  const record = ({ x: point, value: loss, gradient }: DescentPoint, step: number): boolean => {
    const { parameters, ridge = read.reg } = scale.values(point);
    const slope = largest(gradient);
    history.push({ step, loss, parameters: parameters as Widened<P>, reg: ridge, slope });
    read.onProgress?.(step, read.steps);
    converged = slope <= read.tolerance * Math.max(1, Math.abs(loss));
    return converged;
  };
  const first = { x: scale.start, ...(await evaluate(scale.start)) };
  if (!record(first, 0)) await minimise(evaluateInside, first, read.steps, record);
  const { parameters, reg: learnedReg, loss } = history[history.length - 1];
  return { parameters, reg: learnedReg, loss, kernel: network(parameters), converged, history };
}

/** A record's numbers of any value. */
export type Widened<P extends Hyperparameters> = { readonly [Name in keyof P]: number };

/** Hyperparameters and a ridge as points that are learned: logarithms, but of those that are signed. */
class Scale {
  readonly start: Float64Array;
  readonly #names: readonly string[];
  readonly #signed: readonly string[];
  readonly #ridge: boolean;

  /** @param ridge null: it is not learned. @throws RangeError */
  constructor(where: string, start: Hyperparameters, signed: readonly string[], ridge: number | null) {
    this.#names = Object.keys(start);
    this.#signed = signed;
    this.#ridge = ridge !== null;
    const unknown = signed.find((name) => !this.#names.includes(name));
    if (unknown !== undefined) {
      throw new RangeError(
        `${where}: signed must name hyperparameters, got '${unknown}'. They are ${this.#names.join(', ')}.`,
      );
    }
    const point = this.#names.map((name) => {
      if (signed.includes(name)) return start[name];
      if (start[name] > 0) return Math.log(start[name]);
      throw new RangeError(
        `${where}: the hyperparameter ${name} must be positive, got ${start[name]}. Name it in signed if it may be any number.`,
      );
    });
    if (ridge !== null && !(ridge > 0)) {
      throw new RangeError(
        `${where}: reg must be positive to be learned, got ${ridge}. Pass e.g. 1e-3, or learnReg: false.`,
      );
    }
    this.start = Float64Array.from(ridge === null ? point : [...point, Math.log(ridge)]);
  }

  /** The hyperparameters at a point, and the ridge if it is learned. */
  values(point: Float64Array): { readonly parameters: Hyperparameters; readonly ridge: number | undefined } {
    const parameters = Object.fromEntries(
      this.#names.map((name, i) => [name, this.#signed.includes(name) ? point[i] : Math.exp(point[i])]),
    );
    return { parameters, ridge: this.#ridge ? Math.exp(point[this.#names.length]) : undefined };
  }

  /** Slopes along the axes of points, of those in the numbers themselves. */
  slopes(point: Float64Array, gradient: Hyperparameters, ridge: number): Float64Array {
    const { parameters, ridge: amount } = this.values(point);
    const own = this.#names.map((name) =>
      this.#signed.includes(name) ? gradient[name] : gradient[name] * parameters[name],
    );
    return Float64Array.from(amount === undefined ? own : [...own, ridge * amount]);
  }
}
