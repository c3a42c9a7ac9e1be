import { UnsupportedError } from '../../../base/errors.js';
import { sizeOf } from '../../../base/nd-array.js';
import { mixesBatch } from '../../../program/batch-sizes.js';
import { type AnyOp, opRules } from '../../../program/ops/index.js';
import type { MixOp } from '../../../program/ops/mix.js';
import type { PermuteOp } from '../../../program/ops/permute.js';
import type { Displacement, OpRule } from '../../../program/ops/rule.js';
import type { SelectOp } from '../../../program/ops/select.js';
import type { Program } from '../../../program/program.js';
import { engineActivation } from './activations.js';
import { perAxis, type Triple, triple } from './geometry.js';
import type { FilterStep, Step } from './steps.js';
import { compose, identity } from './weights.js';

/** A Program as the engine runs it. */
export interface Lowered {
  readonly rowSize: number;
  readonly inputSize: number;
  readonly steps: readonly Step[];
  readonly output: number;
}

/** Whether a step's covariances cannot be negative: sums, means and weights of such, after a one-signed nonlinearity. */
function neverNegative(steps: readonly Step[], index: number): boolean {
  const step = steps[index];
  if (step.kind === 'filter' && step.activation) return step.activation.oneSign ?? false;
  if (step.kind === 'transform' || step.kind === 'embed') return false;
  if (step.kind === 'attention' && step.mechanism === 'identity') return false;
  return step.inputs.length > 0 && step.inputs.every((input) => neverNegative(steps, input));
}

/** Turns a Program's ops into steps, fusing window → weights → nonlinearity where nothing else reads between. */
export function lower(program: Program): Lowered {
  const sources = program.ops.filter(({ inputs }) => inputs.length === 0).length;
  const readers = program.ops.map(() => 0);
  for (const op of program.ops) for (const input of op.inputs) readers[input]++;
  const steps: Step[] = [];
  const stepOf: number[] = [];

  const extend = (op: AnyOp): FilterStep | null => {
    const index = stepOf[op.inputs[0]];
    const last = steps[index];
    const alone = readers[op.inputs[0]] === 1 && index === steps.length - 1;
    return alone && last.kind === 'filter' && !last.activation ? last : null;
  };
  const fresh = (op: AnyOp, part: Partial<FilterStep>): FilterStep => ({
    kind: 'filter',
    ...{ inputs: [stepOf[op.inputs[0]]], shape: triple(op.shape, 1), ops: [op], activation: null },
    ...{ window: [1, 1, 1], strides: [1, 1, 1], low: [0, 0, 0], weights: identity },
    theta: steps[stepOf[op.inputs[0]]].theta,
    ...part,
  });
  const push = (step: Step): number => steps.push(step) - 1;
  const replaceLast = (step: Step): number => {
    steps[steps.length - 1] = step;
    return steps.length - 1;
  };

  for (const op of program.ops) {
    if (op.shape.length > 3) {
      throw new UnsupportedError(`engine: ${op.shape.length} spatial axes; it has 3. Use the tf executor.`);
    }
    if (mixesBatch(op)) {
      throw new UnsupportedError(
        `engine: the op "${op.op}" mixes the samples of a batch, and the engine sees two at a time. Use the tf executor.`,
      );
    }
    stepOf.push(lowerOp(op));
  }
  const { rowSize, inputSize } = program;
  return { steps, output: stepOf[program.output], rowSize, inputSize };

  function lowerOp(op: AnyOp): number {
    const inputs = op.inputs.map((input) => stepOf[input]);
    const base = {
      inputs,
      shape: triple(op.shape, 1),
      ops: [op],
      theta: inputs.some((input) => steps[input].theta),
    };
    const inputShape = () => steps[inputs[0]].shape;
    switch (op.op) {
      case 'gram':
        return push({
          ...base,
          kind: 'source',
          ...{ channels: op.channels, at: op.at },
          product: sizeOf(op.shape) === 1 && op.channels === program.rowSize && sources === 1,
        });
      case 'patchMean': {
        const window = triple(op.window, 1);
        return push(fresh(op, { window, strides: triple(op.strides, 1), low: triple(op.low, 0) }));
      }
      case 'affine': {
        const before = extend(op);
        const theta = base.theta || op.ntkFromNngp !== 0 || op.ntkShift !== 0;
        if (!before) return push(fresh(op, { weights: compose(identity, op), theta }));
        return replaceLast({
          ...before,
          weights: compose(before.weights, op),
          theta,
          ops: [...before.ops, op],
        });
      }
      case 'activation': {
        const before = extend(op);
        const activation = engineActivation(op, neverNegative(steps, (before ?? base).inputs[0]));
        if (!before) return push(fresh(op, { activation }));
        return replaceLast({ ...before, activation, ops: [...before.ops, op] });
      }
      case 'pool':
        return push({
          ...base,
          kind: 'pool',
          ...{ window: triple(op.window, 1), strides: triple(op.strides, 1), low: triple(op.low, 0) },
          scale: op.scale,
        });
      case 'transposedPatch':
        return push({
          ...base,
          kind: 'transposedPatch',
          ...{ window: triple(op.window, 1), strides: triple(op.strides, 1), low: triple(op.low, 0) },
          scale: 1 / sizeOf(op.window),
        });
      case 'normalize': {
        const averaged = op.shape.map((_, axis) => Number(op.axes.includes(axis)));
        return push({ ...base, kind: 'normalize', averaged: triple(averaged, 0), eps: op.eps });
      }
      case 'transform':
        return push({ ...base, kind: 'transform', inputShape: inputShape(), matrix: op.matrix });
      case 'attention': {
        const { mechanism, scale, bias, keys } = op;
        return push({
          ...{ ...base, kind: 'attention', inputShape: inputShape() },
          ...{ mechanism, scale, bias, keys },
        });
      }
      case 'embed':
        return push({ ...base, kind: 'embed', theta: true, covariance: op.covariance });
      case 'mix':
        return push({ ...base, kind: 'mix', matrices: matricesOf(op) });
      case 'permute':
        return push({ ...base, kind: 'permute', order: orderOf(op) });
      case 'dropout':
        return push({ ...base, kind: 'dropout', scale: op.scale });
      case 'select':
        return push({ ...base, kind: 'select', ...placesOf(op) });
      case 'weighSamples':
        return push({ ...base, kind: 'weighSamples', at: op.at });
      case 'weigh':
        return push({ ...base, kind: 'weigh', weights: op.weights });
      case 'sum':
      case 'product':
      case 'diagonal':
        return push({ ...base, kind: op.op });
      case 'given':
      case 'mixBatch':
      case 'joinBatch':
      case 'centreBatch':
      case 'normalizeBatch':
        throw new UnsupportedError(`engine: the op "${op.op}" runs on the tf executor only.`);
    }
    // A new op that lacks its case does not compile.
    throw new Error(`engine: no step for ${op satisfies never}`);
  }
}

/** The matrices of the engine's three axes: the identity where there is none. */
function matricesOf({ matrices, shape }: MixOp): (readonly (readonly number[])[])[] {
  const identityOf = (n: number) =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => Number(i === j)));
  const given = matrices.map((matrix, axis) => matrix ?? identityOf(shape[axis]));
  return [...Array.from({ length: 3 - given.length }, () => [[1]]), ...given];
}

/** A `permute` of the engine's three axes. */
function orderOf({ order }: PermuteOp): Triple {
  const missing = 3 - order.length;
  return perAxis((a) => (a < missing ? a : missing + order[a - missing]));
}

/** A `select` on the engine's three axes. */
function placesOf({ at, shape }: SelectOp): { at: number[][]; axes: Triple } {
  const missing = 3 - at.length;
  let next = 3 - shape.length;
  const axes = at.map((places) => (typeof places === 'number' ? -1 : next++));
  return {
    at: [...Array<number[]>(missing).fill([0]), ...at.map((places) => [places].flat())],
    axes: triple(axes, -1),
  };
}

/** Displacements of a step's inputs that its result at displacement `d` reads. */
export function stepNeeds(lowered: Lowered, step: Step, d: Displacement): Displacement[] {
  if (step.inputs.length === 0) return [];
  const input = lowered.steps[step.inputs[0]];
  const inputShape = input.ops[input.ops.length - 1].shape;
  let displacements: Displacement[] = [d.slice(3 - step.ops[step.ops.length - 1].shape.length)];
  for (let i = step.ops.length - 1; i >= 0; i--) {
    const op = step.ops[i];
    const shape = i > 0 ? step.ops[i - 1].shape : inputShape;
    const rule = opRules[op.op] as OpRule<AnyOp>;
    displacements = displacements.flatMap((displacement) => rule.needs(op, displacement, shape));
  }
  return displacements.map((displacement) => triple(displacement, 0));
}
