import { describe, expect, it } from 'vitest';
import { type Schedule, scheduleAt, scheduleLike } from '../../src/base/schedule.js';

const over = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, i) => scheduleAt(schedule, i + 1, steps));

describe('scheduleAt', () => {
  it('stays where it is a number', () => expect(over(0.1, 3)).toEqual([0.1, 0.1, 0.1]));

  it('follows half a cosine down', () => {
    const values = over({ kind: 'cosine', from: 2 }, 4);
    const expected = [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2];
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 14);
    });
  });

  it('rises in a line first', () => {
    expect(over({ kind: 'cosine', from: 1, warmUp: 2 }, 4)).toEqual([0.5, 1, 1, 0.5]);
  });

  it('multiplies every few steps', () => {
    expect(over({ kind: 'stepwise', from: 8, factor: 0.5, every: 2 }, 5)).toEqual([8, 8, 4, 4, 2]);
  });

  it('goes in a line and reaches its end', () => {
    expect(over({ kind: 'linear', from: 10, to: 40 }, 4)).toEqual([10, 20, 30, 40]);
    expect(over({ kind: 'linear', from: 10, to: 40 }, 1)).toEqual([10]);
  });
});

describe('checkSchedule', () => {
  it('refuses what is no schedule', () => {
    const refused = (schedule: unknown) => {
      try {
        scheduleLike(0.04)(schedule, 'kip', 'learningRate');
      } catch (error) {
        return String(error);
      }
      return 'was accepted';
    };
    expect([
      refused(0),
      refused(Number.NaN),
      refused('fast'),
      refused({ kind: 'cosin', from: 1 }),
      refused({ kind: 'cosine' }),
      refused({ kind: 'cosine', from: 1, to: -1 }),
      refused({ kind: 'stepwise', from: 1, factor: 0.5 }),
      refused({ kind: 'linear', from: 1, to: 0 }),
    ]).toMatchInlineSnapshot(`
      [
        "RangeError: kip: learningRate needs a positive number, got 0. Pass e.g. 0.04.",
        "RangeError: kip: learningRate needs a positive number, got NaN. Pass e.g. 0.04.",
        "RangeError: kip: learningRate needs a positive number, got fast. Pass e.g. 0.04.",
        "RangeError: kip: learningRate.kind needs 'cosine', 'stepwise' or 'linear', got cosin. Pass e.g. 0.04.",
        "RangeError: kip: learningRate.from needs a positive number, got undefined. Pass e.g. 0.04.",
        "RangeError: kip: learningRate.to needs a number of at least 0, got -1. Pass e.g. 0.04.",
        "RangeError: kip: learningRate.every needs a positive number, got undefined. Pass e.g. 0.04.",
        "was accepted",
      ]
    `);
  });
});
