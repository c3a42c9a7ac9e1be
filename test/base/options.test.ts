import { describe, expect, it } from 'vitest';
import {
  anything,
  byDefault,
  flag,
  isAmount,
  isWhole,
  oneOf,
  optional,
  readOptions,
  record,
  rule,
} from '../../src/base/options.js';

interface Options {
  readonly reg?: number;
  readonly scale?: 'trace' | 'absolute';
  readonly steps: number;
  readonly gradient?: boolean;
  readonly adam?: { readonly beta?: number };
  readonly title?: string;
}

const declared = {
  reg: byDefault(1e-6, rule('needs a finite number of at least 0', isAmount, 'Pass e.g. 1e-6.')),
  scale: byDefault('trace', oneOf(['trace', 'absolute'])),
  steps: rule('needs a whole number of at least 1', isWhole(1)),
  gradient: byDefault(true, flag),
  adam: record({ beta: byDefault(0.9, rule('must be at least 0', isAmount)) }),
  title: optional(anything<string>()),
};

const read = (options: unknown) => readOptions('fit', options as Options, declared);

const said = (options: unknown): string => {
  try {
    return JSON.stringify(read(options));
  } catch (error) {
    return String(error);
  }
};

describe('readOptions', () => {
  it('gives every option its value', () => {
    expect(read({ steps: 3 })).toEqual({
      reg: 1e-6,
      scale: 'trace',
      steps: 3,
      gradient: true,
      adam: { beta: 0.9 },
      title: undefined,
    });
    expect(read({ steps: 3, reg: 0, adam: { beta: 0.5 }, title: 'T', gradient: undefined })).toMatchObject({
      ...{ reg: 0, adam: { beta: 0.5 }, title: 'T', gradient: true },
    });
  });

  it('says where, the rule, what was received and the remedy', () => {
    const mistakes = [
      { steps: 3, reg: -1 },
      { steps: 3, reg: '1e-6' },
      { steps: 3, scale: 'mean' },
      { steps: 3, gradient: 'no' },
      { steps: 3, adam: { beta: -1 } },
      { steps: 3, adam: { gamma: 1 } },
      { steps: 3, ridge: 1 },
      {},
      undefined,
      Promise.resolve({ steps: 3 }),
    ];
    expect(mistakes.map(said)).toMatchInlineSnapshot(`
      [
        "RangeError: fit: reg needs a finite number of at least 0, got -1. Pass e.g. 1e-6.",
        "RangeError: fit: reg needs a finite number of at least 0, got '1e-6'. Pass e.g. 1e-6.",
        "RangeError: fit: scale must be 'trace' or 'absolute', got 'mean'.",
        "RangeError: fit: gradient must be true or false, got 'no'.",
        "RangeError: fit: adam.beta must be at least 0, got -1.",
        "UnsupportedError: fit: adam: has no option gamma. Its options are beta.",
        "UnsupportedError: fit: has no option ridge. Its options are reg, scale, steps, gradient, adam, title.",
        "RangeError: fit: steps needs a whole number of at least 1, got nothing.",
        "TypeError: fit: needs options as its last argument, got nothing. Its options are reg, scale, steps, gradient, adam, title.",
        "TypeError: fit: needs options as its last argument, got a Promise. Await the call that gave it.",
      ]
    `);
  });

  it('knows the types of what it reads, and misses no option of the interface', () => {
    const { reg, scale } = read({ steps: 1 });
    expect(reg.toFixed(6) + scale.length).toBe('0.0000015');
    const { title: _, ...some } = declared;
    // @ts-expect-error title is not declared
    readOptions('fit', { steps: 1 } as Options, some);
  });
});
