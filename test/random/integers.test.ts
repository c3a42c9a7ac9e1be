import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice, key, permutation, randint } from '../../src/random/index.js';

// Expected numbers: jax 0.10.2 on a CPU; each stands under the Python line that printed it (r = jax.random).

describe('randint', () => {
  it("gives jax's integers", () => {
    // r.randint(r.key(5), (8,), 0, 10)
    expect(randint(key(5), [2, 4], 0, 10)).toEqual({
      shape: [2, 4],
      data: Int32Array.of(1, 8, 3, 6, 4, 1, 9, 3),
    });
    // r.randint(r.key(5), (4,), -2**31, 2**31 - 1)
    expect(randint(key(5), [4], -(2 ** 31), 2 ** 31 - 1).data).toEqual(
      Int32Array.of(-1787507967, -1163020224, -1664956169, -994140664),
    );
    // r.randint(r.key(5), (4,), -5, 100000)
    expect(randint(key(5), [4], -5, 100000).data).toEqual(Int32Array.of(57681, 14199, 3349, 85319));
  });

  it('stays in its range', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), fc.integer(), (seed, a, b) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const drawn of randint(key(seed), [8], low, high).data) {
          expect(drawn).toBeGreaterThanOrEqual(low);
          expect(drawn).toBeLessThan(high);
        }
      }),
    );
  });

  it('refuses an empty range and bounds beyond int32', () => {
    expect(() => randint(key(0), [1], 3, 3)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.randint: minval < maxval need to be 32-bit integers, got 3 and 3. Pass e.g. random.randint(key, [3], 0, 10).]`,
    );
    expect(() => randint(key(0), [1], 0, 2 ** 31)).toThrow(RangeError);
    expect(() => randint(key(0), [1], 0.5, 2)).toThrow(RangeError);
  });
});

describe('permutation', () => {
  it("gives jax's orders", () => {
    // r.permutation(r.key(6), 12)
    expect(permutation(key(6), 12)).toEqual(Int32Array.of(2, 7, 0, 11, 6, 10, 3, 1, 5, 8, 4, 9));
    // p = np.array(r.permutation(r.key(6), 3000)): two rounds of sorting
    const p = permutation(key(6), 3000);
    // p[:6], p[-3:]
    expect(p.slice(0, 6)).toEqual(Int32Array.of(1860, 1599, 2400, 37, 2679, 609));
    expect(p.slice(-3)).toEqual(Int32Array.of(392, 2212, 59));
    // (p.astype(np.int64) * np.arange(3000)).sum()
    expect(p.reduce((sum, value, place) => sum + value * place, 0)).toBe(6754683396);
  });

  it('permutes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(300), (seed, n) => {
        expect([...permutation(key(seed), n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });

  it('orders a list as it orders its indices, and leaves the list alone', () => {
    const list = ['a', 'b', 'c', 'd', 'e'];
    expect(permutation(key(1), list)).toEqual(Array.from(permutation(key(1), 5), (i) => list[i]));
    expect(list).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('refuses a length that is not a non-negative integer', () => {
    expect(() => permutation(key(0), -1)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.permutation: needs a non-negative integer or a list, got -1. Pass e.g. random.permutation(key, 10).]`,
    );
    expect(() => permutation(key(0), 0.5)).toThrow(RangeError);
  });
});

describe('choice', () => {
  it("gives jax's choices", () => {
    // r.choice(r.key(8), 10, (5,))
    expect(choice(key(8), 10, [5])).toEqual(Int32Array.of(3, 9, 7, 7, 8));
    // r.choice(r.key(8), 10, (5,), replace=False)
    expect(choice(key(8), 10, [5], { replace: false })).toEqual(Int32Array.of(4, 5, 7, 3, 9));
    // r.choice(r.key(8), jnp.array([2, 3, 5, 7, 11]), (2, 2)).ravel()
    expect(choice(key(8), [2, 3, 5, 7, 11], [2, 2])).toEqual([7, 11, 5, 5]);
  });

  it('draws nothing from nothing', () => {
    expect(choice(key(0), 0, [0])).toHaveLength(0);
  });

  it('refuses to draw too many', () => {
    expect(() => choice(key(0), 3, [4], { replace: false })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.choice: without replacement at most 3 of 3 elements can be drawn, got 4. Draw fewer or set replace: true.]`,
    );
    expect(() => choice(key(0), [], [1])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.choice: needs a positive number of elements to choose from, got 0. Pass e.g. random.choice(key, 10, [3]).]`,
    );
  });
});
