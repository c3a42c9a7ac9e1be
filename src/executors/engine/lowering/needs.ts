import { DisplacementSet, isZero, type Triple } from './geometry.js';
import { type Lowered, stepNeeds } from './lower.js';
import { isWhole, type Step } from './steps.js';

/** The displacements at which each step is computed, and the steps whose results are kept for all of them at once. */
export interface Needs {
  readonly displacements: readonly DisplacementSet[];
  readonly kept: readonly boolean[];
}

/** Walks back from the wanted displacements of some steps to all that these depend on and that are not known to be 0. */
export function walkNeeds(lowered: Lowered, wanted: ReadonlyMap<number, DisplacementSet>): Needs {
  const { steps } = lowered;
  const displacements = steps.map(() => new DisplacementSet());
  const independent = positionsAreIndependent(steps);
  for (const [index, set] of wanted) for (const d of set.sorted()) displacements[index].add(d);
  for (let index = steps.length - 1; index >= 0; index--) {
    const { inputs } = steps[index];
    const addsUp = steps[index].kind === 'pool' || isWhole(steps[index]);
    for (const d of displacements[index].sorted()) {
      if (inputs.every((input) => displacements[input].size === allOf(steps[input].shape))) break;
      for (const needed of stepNeeds(lowered, steps[index], d)) {
        for (const input of inputs) {
          if (!addsUp || !independent[input] || isZero(needed)) displacements[input].add(needed);
        }
      }
    }
  }
  return { displacements, kept: chooseKept(lowered, displacements) };
}

/** Of each step, whether its covariances are 0 at all displacements but 0, as those of weights that positions do not share. */
function positionsAreIndependent(steps: readonly Step[]): boolean[] {
  const independent: boolean[] = [];
  for (const step of steps) {
    const inputs = step.inputs.map((input) => independent[input]);
    independent.push(step.kind === 'diagonal' || staysIndependent(step, inputs));
  }
  return independent;
}

function staysIndependent(step: Step, inputs: readonly boolean[]): boolean {
  switch (step.kind) {
    case 'filter':
      return step.activation === null && step.weights.shift === 0 && step.weights.ntkShift === 0 && inputs[0];
    case 'product':
      return inputs.some((input) => input);
    case 'sum':
    case 'weigh':
    case 'weighSamples':
    case 'normalize':
    case 'dropout':
    case 'permute':
      return inputs.every((input) => input);
    default:
      return false;
  }
}

/** How many displacements there are between positions of an image. */
const allOf = (shape: Triple): number => shape.reduce((count, size) => count * (2 * size - 1), 1);

/**
 * All steps live one displacement at a time but those whose result is read, that mix displacements (a pool adds up what
 * comes), that are mixed (a `select` or `mix` that reads several of their displacements at once), and those that two kept steps read.
 * The input covariance is cheaper made twice than kept, but where it is a matrix product.
 */
function chooseKept(lowered: Lowered, displacements: readonly DisplacementSet[]): boolean[] {
  const { steps, output } = lowered;
  const readers = steps.map(() => new Set<number>());
  const kept = steps.map(() => false);
  for (let index = steps.length - 1; index >= 0; index--) {
    if (displacements[index].size === 0) continue;
    const step = steps[index];
    const shared = readers[index].size > 1 && step.kind !== 'source';
    const product = step.kind === 'source' && step.product;
    if (
      index === output ||
      step.kind === 'pool' ||
      isWhole(step) ||
      readers[index].size === 0 ||
      shared ||
      product
    ) {
      kept[index] = true;
    }
    const through = kept[index] ? [index] : readers[index];
    const mixes =
      isWhole(step) ||
      ((step.kind === 'select' || step.kind === 'mix') &&
        displacements[index].sorted().some((d) => stepNeeds(lowered, step, d).length > 1));
    for (const input of step.inputs) {
      if (mixes) kept[input] = true;
      for (const reader of through) readers[input].add(reader);
    }
  }
  return kept;
}
