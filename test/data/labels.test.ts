import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedSubset, oneHotCentred } from '../../src/data/index.js';
import { key } from '../../src/random/index.js';
import { tolerance } from '../support/tolerance.js';

describe('oneHotCentred', () => {
  it('has 0.9 and -0.1 for ten classes', () => {
    const { shape, data } = oneHotCentred([3, 0], 10);
    expect(shape).toEqual([2, 10]);
    expect([...data]).toEqual(Array.from({ length: 20 }, (_, i) => (i === 3 || i === 10 ? 0.9 : -0.1)));
  });

  it('has rows that sum to 0 and peak at the label', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(fc.nat()), (numClasses, numbers) => {
        const labels = numbers.map((n) => n % numClasses);
        const { data } = oneHotCentred(labels, numClasses);
        labels.forEach((label, i) => {
          const row = data.subarray(i * numClasses, (i + 1) * numClasses);
          expect(row.indexOf(Math.max(...row))).toBe(label);
          expect(Math.abs(row.reduce((a, b) => a + b))).toBeLessThan(tolerance.f64.rounding);
        });
      }),
    );
  });

  it('can be scaled', () => {
    expect([...oneHotCentred([1], 4, { scale: 2 }).data]).toEqual([-0.5, 1.5, -0.5, -0.5]);
    expect(() => oneHotCentred([1], 4, { scale: Number.NaN })).toThrow(RangeError);
  });

  it('refuses labels that are no classes', () => {
    expect(() => oneHotCentred([0, 3], 3)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: oneHotCentred: labels need to be integers from 0 to 2, got 3 at 1. Pass the data set's own numClasses.]`,
    );
    expect(() => oneHotCentred([-1], 3)).toThrow(RangeError);
    expect(() => oneHotCentred([0.5], 3)).toThrow(RangeError);
    expect(() => oneHotCentred([0], 0)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: oneHotCentred: numClasses needs a positive integer, got 0. Pass e.g. 10.]`,
    );
  });
});

describe('balancedSubset', () => {
  const labels = Int32Array.from({ length: 60 }, (_, i) => (i * 7) % 3);

  it('draws equally many of every class, ascending, none twice', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(20), (seed, perClass) => {
        const picked = balancedSubset(labels, 3, 3 * perClass, key(seed));
        expect(new Set(picked).size).toBe(3 * perClass);
        expect([...picked].map((i) => labels[i])).toEqual(
          [0, 1, 2].flatMap((label) => new Array(perClass).fill(label)),
        );
      }),
    );
  });

  it('depends on the key alone', () => {
    expect(balancedSubset(labels, 3, 9, key(1))).toEqual(balancedSubset(labels, 3, 9, key(1)));
    expect(balancedSubset(labels, 3, 9, key(1))).not.toEqual(balancedSubset(labels, 3, 9, key(2)));
  });

  it('draws every example equally often', () => {
    const draws = 3000;
    const counts = new Array(60).fill(0);
    for (let seed = 0; seed < draws; seed++) {
      for (const i of balancedSubset(labels, 3, 6, key(seed))) counts[i]++;
    }
    // A class's 20 counts have variance draws·p(1 − p), p = 1/10, and a constant sum: 19/20 of the scaled squares are
    // chi-squared with 3·19 degrees of freedom.
    const expected = draws / 10;
    const chi2 =
      counts.reduce((sum, count) => sum + (count - expected) ** 2 / (expected * 0.9), 0) * (19 / 20);
    expect(Math.abs(chi2 - 57)).toBeLessThan(4 * Math.sqrt(2 * 57));
  });

  it('refuses what cannot be balanced', () => {
    expect(() => balancedSubset(labels, 3, 10, key(0))).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: balancedSubset: count needs a multiple of the 3 classes, got 10. Pass e.g. 9.]`,
    );
    expect(() => balancedSubset(labels, 3, 63, key(0))).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: balancedSubset: 63 examples of 3 classes need 21 of each, got 20 of class 0. Ask for fewer.]`,
    );
    expect(() => balancedSubset(labels, 2, 2, key(0))).toThrow(RangeError);
    expect(() => balancedSubset(labels, 3, -3, key(0))).toThrow(RangeError);
  });
});
