import { DivergedError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { scheduleAt } from '../base/schedule.js';
import { adamStep, noMoments } from '../distill/adam.js';
import type { Optimizer, ReadSynthesisOptions } from './options.js';
import type { Learned, LivingNetwork, Synthesised, SynthesisState } from './state.js';

/** What a step finds: its loss, the gradients of what is learned, and the network as the step leaves it. */
export interface StepGradients {
  readonly loss: number;
  readonly gradients: Learned;
  readonly network: LivingNetwork | null;
}

/** What is learned, and how. */
export interface Problem<Result extends Synthesised> {
  /** Gradients at a state; `step` is 1 for the first. */
  at(state: SynthesisState, step: number): Promise<StepGradients>;
  /** What learned numbers are after a step; default: as the step leaves them. */
  project?(learned: Learned): Learned;
  resultOf(state: SynthesisState): Result;
}

/** A state before the first step. */
export function stateOf(learned: Learned): SynthesisState {
  const moments = Object.entries(learned).map(([name, { length }]) => [name, noMoments(length)]);
  return { step: 0, learned, moments: Object.fromEntries(moments), history: [], network: null };
}

/**
 * Descends to the end of a run: step after step along the gradients, until all are done.
 *
 * @throws DivergedError when a loss or a learned number is NaN or infinite; its `result` is the last whose loss was finite.
 */
export async function descend<Result extends Synthesised>(
  where: string,
  start: SynthesisState,
  options: ReadSynthesisOptions<Result>,
  problem: Problem<Result>,
): Promise<Result> {
  const { steps, learningRate, optimizer, signal, onProgress } = options;
  let state = start;
  // The last state whose loss is known to be finite.
  let sound = start;
  let turn = performance.now();
  while (state.step < steps) {
    signal?.throwIfAborted();
    const step = state.step + 1;
    const rate = scheduleAt(learningRate, step, steps);
    const { loss, gradients, network } = await problem.at(state, step);
    if (!Number.isFinite(loss))
      throw diverged(where, `the loss became ${loss}`, step, problem.resultOf(sound));
    sound = state;
    const record = { step, loss, learningRate: rate };
    const { learned, moments } = moved(state, gradients, rate, optimizer);
    for (const [name, numbers] of Object.entries(learned)) {
      const bad = firstNonFinite(numbers);
      if (bad < 0) continue;
      throw diverged(where, `${name} became ${numbers[bad]} at ${bad}`, step, problem.resultOf(sound));
    }
    state = {
      step,
      learned: problem.project?.(learned) ?? learned,
      moments,
      history: [...state.history, record],
      network,
    };
    await onProgress?.({ ...record, steps, result: problem.resultOf(state) });
    if (performance.now() - turn > TURN) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turn = performance.now();
    }
  }
  return problem.resultOf(state);
}

/** Longest time in ms without a turn for other work on this thread. */
const TURN = 50;

/** One step of the optimiser, of all that is learned. */
function moved(
  { learned, moments, step }: SynthesisState,
  gradients: Learned,
  rate: number,
  optimizer: Optimizer,
) {
  const next = Object.entries(learned).map(([name, x]) => {
    const [own, gradient] = [moments[name], gradients[name]];
    if (optimizer.kind === 'adam')
      return [name, adamStep(x, own, gradient, rate, step + 1, optimizer)] as const;
    // The mean gradient's place is the velocity's.
    const velocity = own.mean.map((v, i) => optimizer.momentum * v + gradient[i]);
    const direction = optimizer.nesterov
      ? velocity.map((v, i) => gradient[i] + optimizer.momentum * v)
      : velocity;
    const moved = x.map((value, i) => value - rate * direction[i]);
    return [name, { x: moved, moments: { mean: velocity, square: own.square } }] as const;
  });
  return {
    learned: Object.fromEntries(next.map(([name, { x }]) => [name, x])),
    moments: Object.fromEntries(next.map(([name, own]) => [name, own.moments])),
  };
}

function diverged<Result extends Synthesised>(where: string, what: string, step: number, result: Result) {
  return new DivergedError(
    `${where}: ${what} at step ${step}. Lower the learning rate and go on from the error's result, ` +
      `the state after step ${result.state.step}.`,
    result,
  );
}
