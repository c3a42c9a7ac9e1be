import type { Step, WholeStep } from '../../lowering/steps.js';
import type { Adjoint, Emission, Forward, StepRule } from './emission.js';
import { filterRule } from './filter.js';
import { mixRule } from './mix.js';
import { normalizeRule } from './normalize.js';
import { permuteRule } from './permute.js';
import {
  diagonalRule,
  dropoutRule,
  embedRule,
  productRule,
  sumRule,
  weighRule,
  weighSamplesRule,
} from './pointwise.js';
import { transposedPatchRule } from './pool.js';
import { selectRule } from './select.js';
import { sourceRule } from './source.js';

/** Kinds of steps that go displacement by displacement; pools add up what their input yields, displacement by displacement of that. */
type Kind = Exclude<Step['kind'], 'pool' | WholeStep['kind']>;

const rules: { readonly [K in Kind]: StepRule<K> } = {
  source: sourceRule,
  filter: filterRule,
  transposedPatch: transposedPatchRule,
  diagonal: diagonalRule,
  select: selectRule,
  weigh: weighRule,
  weighSamples: weighSamplesRule,
  normalize: normalizeRule,
  dropout: dropoutRule,
  mix: mixRule,
  permute: permuteRule,
  embed: embedRule,
  sum: sumRule,
  product: productRule,
};

/** Writes the instructions of one step at one displacement, which compute it into `out`. */
export function emitForward(emission: Emission, at: Forward<Step>): void {
  ruleOf(at.step).forward(emission, at);
}

/** Writes the instructions that add what a step's cotangent at one displacement sends to its inputs', and to x and variances. */
export function emitAdjoint(emission: Emission, at: Adjoint<Step>): void {
  ruleOf(at.step).adjoint(emission, at);
}

function ruleOf({ kind }: Step): StepRule<Step['kind']> {
  const rule = (rules as { readonly [kind: string]: StepRule<Step['kind']> | undefined })[kind];
  if (rule === undefined) throw new Error(`${kind} does not go displacement by displacement`);
  return rule;
}
