import type { Displacement } from '../../../program/ops/rule.js';
import { type Lowered, stepNeeds } from '../lowering/lower.js';

/** A step at one displacement. */
export interface Instance {
  readonly step: number;
  readonly d: Displacement;
}

/** An instance's name, unique in its Program. */
export const nameOf = ({ step, d }: Instance): string => `${step}@${d.join()}`;

/** The instances that an instance reads. */
export function inputsOf(lowered: Lowered, { step, d }: Instance): Instance[] {
  const { steps } = lowered;
  return steps[step].inputs.flatMap((input) =>
    stepNeeds(lowered, steps[step], d).map((e) => ({ step: input, d: e })),
  );
}

/** A chain: the instances that `end` depends on and that are not kept, inputs first, `end` last. */
export function chainTo(lowered: Lowered, kept: readonly boolean[], end: Instance): Instance[] {
  const seen = new Set<string>();
  const chain: Instance[] = [];
  const visit = (instance: Instance) => {
    const name = nameOf(instance);
    if (seen.has(name)) return;
    seen.add(name);
    for (const input of inputsOf(lowered, instance)) if (!kept[input.step]) visit(input);
    chain.push(instance);
  };
  visit(end);
  return chain;
}
