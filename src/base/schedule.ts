import type { Option } from './options.js';

/** A number that stays, or changes over the steps of a run: a learning rate, a batch's size. Plain data, so that a run can be saved. */
export type Schedule = number | CosineSchedule | StepwiseSchedule | LinearSchedule;

/** from → to along half a cosine: to + (from − to)·½(1 + cos π·t), t going from 0 to 1 over the run. */
export interface CosineSchedule {
  readonly kind: 'cosine';
  readonly from: number;
  /** Default 0. */
  readonly to?: number;
  /** Steps that first rise in a line from `from`/`warmUp` to `from`; default 0. */
  readonly warmUp?: number;
}

/** from·factor^⌊steps done / every⌋. */
export interface StepwiseSchedule {
  readonly kind: 'stepwise';
  readonly from: number;
  readonly factor: number;
  readonly every: number;
}

/** from → to in a line. */
export interface LinearSchedule {
  readonly kind: 'linear';
  readonly from: number;
  readonly to: number;
}

const kinds = ['cosine', 'stepwise', 'linear'];

/**
 * The value at a step of a run.
 *
 * @param step 1 for the first
 * @param steps of the whole run
 */
export function scheduleAt(schedule: Schedule, step: number, steps: number): number {
  if (typeof schedule === 'number') return schedule;
  const done = step - 1;
  switch (schedule.kind) {
    case 'cosine': {
      const { from, to = 0, warmUp = 0 } = schedule;
      if (step <= warmUp) return (from * step) / warmUp;
      const t = (done - warmUp) / Math.max(1, steps - warmUp);
      return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * t));
    }
    case 'stepwise':
      return schedule.from * schedule.factor ** Math.floor(done / schedule.every);
    case 'linear':
      return schedule.from + (schedule.to - schedule.from) * (done / Math.max(1, steps - 1));
  }
}

/**
 * An option that is a schedule.
 *
 * @param example a good value, for the message.
 * @throws RangeError when it is of no known kind, or one of its values is not positive (`to` and `warmUp` may be 0).
 */
export const scheduleLike =
  (example: number): Option<Schedule> =>
  (given, where, name) => {
    const refuse = (what: string, got: unknown): never => {
      const value = typeof got === 'object' ? JSON.stringify(got) : String(got);
      throw new RangeError(`${where}: ${name}${what}, got ${value}. Pass e.g. ${example}.`);
    };
    const positive = (key: string, value: unknown, least = Number.MIN_VALUE) => {
      if (!(typeof value === 'number' && Number.isFinite(value) && value >= least)) {
        refuse(`${key} needs a ${least === 0 ? 'number of at least 0' : 'positive number'}`, value);
      }
    };
    const schedule = given as Schedule;
    if (typeof schedule !== 'object' || schedule === null) {
      positive('', schedule);
      return schedule;
    }
    if (!kinds.includes(schedule.kind)) {
      refuse(`.kind needs 'cosine', 'stepwise' or 'linear'`, schedule.kind);
    }
    positive('.from', schedule.from);
    if (schedule.kind === 'stepwise') {
      positive('.factor', schedule.factor);
      positive('.every', schedule.every);
    } else if (schedule.kind === 'cosine') {
      positive('.to', schedule.to ?? 0, 0);
      positive('.warmUp', schedule.warmUp ?? 0, 0);
    } else {
      positive('.to', schedule.to, 0);
    }
    return schedule;
  };
