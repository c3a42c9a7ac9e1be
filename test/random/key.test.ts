import { describe, expect, it } from 'vitest';
import { foldIn, key, split } from '../../src/random/index.js';

// Expected numbers: jax 0.10.2 on a CPU; each stands under the Python line that printed it (r = jax.random).

describe('key', () => {
  it("gives jax's words", () => {
    // [r.key_data(r.key(s)) for s in (0, 42, 2**32 - 1)]
    expect([0, 42, 2 ** 32 - 1].map(key)).toEqual([
      [0, 0],
      [0, 42],
      [0, 4294967295],
    ]);
  });

  it('keeps the high word of a large seed, as jax with jax_enable_x64', () => {
    // [r.key_data(r.key(s)) for s in (2**40 + 3, 2**53 - 1)]
    expect([2 ** 40 + 3, 2 ** 53 - 1].map(key)).toEqual([
      [256, 3],
      [2097151, 4294967295],
    ]);
  });

  it('is immutable', () => {
    expect(Object.isFrozen(key(1))).toBe(true);
    expect(Object.isFrozen(split(key(1))[0])).toBe(true);
  });

  it('refuses seeds that are not safe non-negative integers', () => {
    expect(() => key(-1)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.key: seed needs an integer from 0 to 2^53 - 1, got -1. Pass e.g. random.key(0).]`,
    );
    expect(() => key(0.5)).toThrow(RangeError);
    expect(() => key(Number.NaN)).toThrow(RangeError);
    expect(() => key(2 ** 53)).toThrow(RangeError);
  });
});

describe('split', () => {
  it("gives jax's keys", () => {
    // r.key_data(r.split(r.key(0)))
    expect(split(key(0))).toEqual([
      [1797259609, 2579123966],
      [928981903, 3453687069],
    ]);
    // r.key_data(r.split(r.key(42), 3))
    expect(split(key(42), 3)).toEqual([
      [1832780943, 270669613],
      [64467757, 2916123636],
      [2465931498, 255383827],
    ]);
  });

  it('splits into none', () => {
    expect(split(key(0), 0)).toEqual([]);
  });

  it('refuses a count that is not a non-negative integer', () => {
    expect(() => split(key(0), -1)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.split: num needs a non-negative integer, got -1. Pass e.g. random.split(key, 2).]`,
    );
    expect(() => split(key(0), 1.5)).toThrow(RangeError);
  });
});

describe('foldIn', () => {
  it("gives jax's keys", () => {
    // [r.key_data(r.fold_in(r.key(7), d)) for d in (0, 1, 123456789, jnp.int32(-1))]
    expect([0, 1, 123456789, -1].map((data) => foldIn(key(7), data))).toEqual([
      [3625411723, 1954958720],
      [195045567, 4062205631],
      [3349933111, 58029761],
      [3658129989, 1719350670],
    ]);
  });

  it('refuses what is not a 32-bit integer', () => {
    expect(() => foldIn(key(0), 2 ** 32)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.foldIn: data needs a 32-bit integer, got 4294967296. Fold larger numbers in as two words.]`,
    );
    expect(() => foldIn(key(0), 0.5)).toThrow(RangeError);
  });
});
