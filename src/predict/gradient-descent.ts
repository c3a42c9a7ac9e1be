import { type AnyArray, readArray } from '../base/any-array.js';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import type { NdArray } from '../base/nd-array.js';
import { anything, byDefault, optional, readOptions, rule } from '../base/options.js';
import { received } from '../base/received.js';
import { gemm } from '../linalg/product.js';
import { DormandPrince } from './dormand-prince.js';
import {
  gradientDescentMseOptions,
  readTest,
  type TraceAxesOptions,
  type Trained,
  type TrainingOptions,
  trainingOptions,
} from './gradient-descent-mse.js';
import { momentum } from './max-learning-rate.js';
import { OutputAxes } from './output-axes.js';
import { readTimes } from './times.js';
import { Work } from './work.js';

/** The gradient of a loss in a network's outputs: from outputs and targets `[n, …, outputs]` to an array of that shape. */
export type LossGradient = (fx: NdArray<Float64Array>, y: NdArray<Float64Array>) => AnyArray;

/** Options of {@link gradientDescent}. */
export interface GradientDescentOptions extends TraceAxesOptions {
  /** η: a step of gradient descent takes the time 1. Default 1. */
  readonly learningRate?: number;
  /** Momentum (not Nesterov's), from 0 to below 1; absent: none. */
  readonly momentum?: number;
  /** Error allowed in a step, relative to the outputs; default 1e-10. */
  readonly relativeTolerance?: number;
  /** Error allowed in a step where outputs are near 0; default 1e-10. */
  readonly absoluteTolerance?: number;
}

const tolerance = rule<number>('must be above 0', (error) => error > 0, 'Pass e.g. 1e-10.');

const gradientDescentOptions = {
  learningRate: gradientDescentMseOptions.learningRate,
  momentum: optional(momentum),
  traceAxes: gradientDescentMseOptions.traceAxes,
  relativeTolerance: byDefault(1e-10, tolerance),
  absoluteTolerance: byDefault(1e-10, tolerance),
};

/** Where training was left, to go on from with `state`. */
export interface DescentState {
  /** The time t that was reached. */
  readonly t: number;
  /** −∫ of the loss's gradient, in yTrain's shape: outputs anywhere are those before training plus the kernel times it. */
  readonly dual: NdArray<Float64Array>;
  /** The dual's velocity, with momentum; else null. */
  readonly velocity: NdArray<Float64Array> | null;
}

/** What is to be predicted. */
export interface DescentOptions extends TrainingOptions {
  /** Where to begin, a result's `state`; outputs before training are those of the very beginning. */
  readonly state?: DescentState;
}

const descentOptions = { ...trainingOptions, state: optional(anything<DescentState>()) };

/** Outputs after training, and where training was left at the last time. */
export type Descended<Options extends object> = Trained<Options> & { readonly state: DescentState };

/** Predicts a network's outputs after training. */
export type GradientDescentPredictor = <const Options extends DescentOptions & { readonly t: unknown }>(
  options: Options,
) => Promise<Descended<Options>>;

/** Steps between which other work on this thread gets its turn. */
const STEPS_A_TURN = 8;

/**
 * What continuous gradient descent on any loss makes of a network's outputs: df/dτ = −Θ ∂L/∂f with τ = η·t, or with
 * momentum μ f'' = (μ − 1)/√η·f' − Θ ∂L/∂f with τ = √η·t, solved with error control.
 *
 * Followed is the dual α with f = f₀ + Θ α: it has the targets' size however many test inputs there are.
 *
 * @param lossGradient the loss's gradient in the outputs; for a mean over entries it contains the division by their number
 * @param kTrainTrain NTK `[n, n]` of the training inputs, or `[n, n, h, h, …]`
 * @param yTrain targets `[n, …, outputs]`
 * @returns a function that predicts at finite times, in rising order
 * @throws ShapeError, NonFiniteError (also when the loss's gradient is not finite, with the time), RangeError, TypeError,
 *   UnsupportedError for arguments that do not fit.
 * @source Lee et al., "Wide neural networks of any depth evolve as linear models under gradient descent" (2019), eq. 4–5; Dormand
 *   and Prince's method of order 5
 * @remarks Each step is six products of the kernel with an `[n, c]` matrix, on the calling thread as the loss is, which gives way
 *   to other work every few steps. For the mean squared error the closed form `gradientDescentMse` is exact and faster.
 * @example
 * ```ts
 * import { gradientDescent, type LossGradient } from 'neural-tangents';
 * // Cross-entropy of softmax: the gradient is (softmax(f)·Σy − y)/n.
 * const crossEntropyGradient: LossGradient = (fx, y) => {
 *   const [n, c] = fx.shape;
 *   const data = new Float64Array(n * c);
 *   for (let i = 0; i < n; i++) {
 *     const row = fx.data.subarray(i * c, (i + 1) * c);
 *     const most = Math.max(...row);
 *     const exps = row.map((f) => Math.exp(f - most));
 *     const sum = exps.reduce((a, b) => a + b);
 *     for (let o = 0; o < c; o++) data[i * c + o] = (exps[o] / sum - y.data[i * c + o]) / n;
 *   }
 *   return { shape: [n, c], data };
 * };
 * const k = { shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) };
 * const y = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) };
 * const { train } = await gradientDescent(crossEntropyGradient, k, y)({ t: 5 });
 * console.log(train.data[0] > train.data[1]); // true
 * ```
 */
export function gradientDescent(
  lossGradient: LossGradient,
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: GradientDescentOptions = {},
): GradientDescentPredictor {
  const where = 'gradientDescent';
  const read = readOptions(where, options, gradientDescentOptions);
  const { learningRate, momentum, traceAxes, relativeTolerance, absoluteTolerance } = read;
  if (typeof lossGradient !== 'function') {
    throw new TypeError(
      `${where}: needs the gradient of a loss, ${received(lossGradient, 'Pass a function (fx, y) that returns it.')}`,
    );
  }
  const axes = new OutputAxes(where, readArray(where, 'yTrain', yTrain).shape, traceAxes);
  const y = axes.outputs('yTrain', yTrain);
  const { n, c } = axes;
  const kernel = axes.kernel('kTrainTrain', kTrainTrain, 'train-train').data;
  const size = n * c;
  const shaped = (data: Float64Array) => axes.toOutputs([data], axes.keptSizes, []);
  const targets = shaped(y);

  const gradientAt = (fx: Float64Array, t: number): Float64Array => {
    const { shape, data } = readArray(where, 'the gradient', lossGradient(shaped(fx), targets));
    if (shape.join() !== targets.shape.join()) {
      throw new ShapeError(
        `${where}: the loss's gradient must have the shape [${targets.shape}] of yTrain, got [${shape}].`,
      );
    }
    const bad = firstNonFinite(data);
    if (bad >= 0) {
      throw new NonFiniteError(
        `${where}: the loss's gradient is ${data[bad]} at entry ${bad}, at the time ${t}. ` +
          'Write the loss so that it is finite there, or lower the learning rate.',
      );
    }
    return axes.outputs('the gradient', { shape, data });
  };

  return async <const Options extends DescentOptions>(given: Options) => {
    const asked = readOptions<DescentOptions, typeof descentOptions>(where, given, descentOptions);
    const { values, shape } = readTimes(where, asked.t);
    const { state } = asked;
    const start = state?.t ?? 0;
    checkRising(where, start, values);
    const work = new Work(asked);
    const f0 = axes.outputs('fxTrain0', asked.fxTrain0);
    const test = readTest(where, axes, asked);

    // The time's unit, and what a state holds: α, or α and its velocity.
    const unit = momentum === undefined ? learningRate : Math.sqrt(learningRate);
    const friction = momentum === undefined ? 0 : (momentum - 1) / unit;
    const begin = new Float64Array(momentum === undefined ? size : 2 * size);
    if (state) {
      begin.set(axes.outputs('state.dual', state.dual));
      if (momentum !== undefined) begin.set(axes.outputs('state.velocity', state.velocity ?? 0), size);
    }
    const outputsAt = (dual: Float64Array): Float64Array => {
      const fx = gemm(n, c, n, kernel, dual);
      for (let i = 0; i < size; i++) fx[i] += f0[i];
      return fx;
    };
    const slope = (tau: number, at: Float64Array): Float64Array => {
      const gradient = gradientAt(outputsAt(at.subarray(0, size)), tau / unit);
      const out = new Float64Array(at.length);
      if (momentum === undefined) {
        for (let i = 0; i < size; i++) out[i] = -gradient[i];
      } else {
        out.set(at.subarray(size));
        for (let i = 0; i < size; i++) out[size + i] = friction * at[size + i] - gradient[i];
      }
      return out;
    };
    // The dual's error counts as what it does to outputs.
    const errorNorm = (error: Float64Array, _: Float64Array, after: Float64Array): number => {
      const own = gemm(n, c, n, kernel, error.subarray(0, size));
      const fx = outputsAt(after.subarray(0, size));
      let sum = 0;
      for (let i = 0; i < size; i++)
        sum += (own[i] / (absoluteTolerance + relativeTolerance * Math.abs(fx[i]))) ** 2;
      return Math.sqrt(sum / size);
    };
    let steps = 0;
    const onStep = async (): Promise<void> => {
      if (++steps % STEPS_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve));
      work.signal?.throwIfAborted();
    };
    const solver = new DormandPrince({ slope, errorNorm, onStep }, start * unit, begin);
    const trains: Float64Array[] = [];
    const tests: Float64Array[] = [];
    work.expect(values.length);
    for (const t of values) {
      await solver.advance(t * unit);
      const dual = solver.y.subarray(0, size);
      trains.push(outputsAt(dual));
      if (test) tests.push(gemm(test.n, c, n, test.k, dual).map((value, i) => value + test.f0[i]));
      work.advance();
    }
    return {
      train: axes.toOutputs(trains, axes.keptSizes, shape),
      test: test && axes.toOutputs(tests, test.kept, shape),
      state: {
        t: values.at(-1) ?? start,
        dual: shaped(solver.y.slice(0, size)),
        velocity: momentum === undefined ? null : shaped(solver.y.slice(size)),
      },
    } as unknown as Descended<Options>;
  };
}

/** @throws RangeError when times do not rise from the beginning, or are infinite. */
function checkRising(where: string, start: number, times: readonly number[]): void {
  let before = start;
  for (const t of times) {
    if (t === Infinity) {
      throw new RangeError(
        `${where}: t must be finite, as any loss's training is followed step by step. Use gradientDescentMse for t = Infinity.`,
      );
    }
    if (t < before) {
      throw new RangeError(`${where}: t must not fall, got ${t} after ${before}. Sort the times.`);
    }
    before = t;
  }
}
