import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { bernoulli, bits, key, normal, uniform } from '../../src/random/index.js';
import { tolerance } from '../support/tolerance.js';
import { fingerprint } from './support.js';

// Expected numbers: jax 0.10.2 on an x86 CPU; each stands under the Python line that printed it
// (r = jax.random, np = numpy). A float32 is printed in its shortest form, so equality means equal bits.

describe('bits', () => {
  it("gives jax's words", () => {
    // r.bits(r.key(1), (2, 3)); r.bits(r.key(1))
    expect(bits(key(1), [2, 3])).toEqual({
      shape: [2, 3],
      data: Uint32Array.of(1883912375, 2292451390, 1915204986, 1882898417, 3854144420, 2400655036),
    });
    expect(bits(key(1)).data).toEqual(Uint32Array.of(1883912375));
  });

  it('draws entry i alike whatever the size', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(40), fc.nat(40), (seed, m, n) => {
        const [short, long] = [m, m + n].map((size) => bits(key(seed), [size]).data);
        expect(long.subarray(0, m)).toEqual(short);
      }),
    );
  });

  it('refuses a bad shape', () => {
    expect(() => bits(key(0), [2, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: random.bits: shape needs non-negative integers, got [2, -1]. Pass e.g. [2, 3].]`,
    );
    expect(() => bits(key(0), [2.5])).toThrow(ShapeError);
    expect(() => bits(key(0), [2 ** 20, 2 ** 20])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: random.bits: at most 2^32 numbers can be drawn from one key, got shape [1048576, 1048576]. Split the key and draw in parts.]`,
    );
  });
});

describe('uniform', () => {
  it("gives jax's float32 bits", () => {
    // r.uniform(r.key(1), (2, 3))
    expect(uniform(key(1), [2, 3])).toEqual({
      shape: [2, 3],
      data: Float32Array.of(0.4386325, 0.5337529, 0.44591832, 0.43839633, 0.8973628, 0.558946),
    });
    // r.uniform(r.key(1), (6,), minval=-0.3, maxval=0.77)
    expect(uniform(key(1), [6], { minval: -0.3, maxval: 0.77 }).data).toEqual(
      Float32Array.of(0.16933672, 0.27111557, 0.17713256, 0.16908404, 0.6601781, 0.2980722),
    );
    // u = np.array(r.uniform(r.key(1), (100000,), minval=-0.3, maxval=0.77)).view(np.uint32)
    // np.bitwise_xor.reduce(u), u.astype(np.uint64).sum()
    expect(fingerprint(uniform(key(1), [100000], { minval: -0.3, maxval: 0.77 }).data)).toEqual({
      xor: 221708385,
      sum: 164967000328263,
    });
  });

  it("gives jax's float64 bits", () => {
    // with jax_enable_x64: r.uniform(r.key(1), (3,)); r.uniform(r.key(1), (3,), minval=-0.3, maxval=0.77)
    expect(uniform(key(1), [3], { dtype: 'float64' }).data).toEqual(
      Float64Array.of(0.11815024666289675, 0.4537587442869633, 0.568552557818901),
    );
    const ranged = uniform(key(1), [100000], { dtype: 'float64', minval: -0.3, maxval: 0.77 }).data;
    expect(ranged.slice(0, 3)).toEqual(
      Float64Array.of(-0.17357923607070044, 0.18552185638705074, 0.3083512368662241),
    );
    // u = np.array(r.uniform(r.key(1), (100000,), minval=-0.3, maxval=0.77)).view(np.uint32)
    // np.bitwise_xor.reduce(u), u.astype(np.uint64).sum()
    expect(fingerprint(ranged)).toEqual({ xor: 2733835161, sum: 382544188382431 });
  });

  it('stays in its range', () => {
    const range = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), range, range, (seed, a, b) => {
        const [minval, maxval] = [Math.fround(Math.min(a, b)), Math.fround(Math.max(a, b))];
        for (const dtype of ['float32', 'float64'] as const) {
          for (const u of uniform(key(seed), [8], { minval, maxval, dtype }).data) {
            expect(u).toBeGreaterThanOrEqual(minval);
            expect(u).toBeLessThanOrEqual(maxval);
          }
        }
      }),
    );
  });

  it('takes an empty range, an empty shape and very wide float64 ranges', () => {
    expect(uniform(key(0), [2], { minval: 3, maxval: 3 }).data).toEqual(Float32Array.of(3, 3));
    expect(uniform(key(0), [0, 4]).data).toHaveLength(0);
    for (const u of uniform(key(0), [4], { dtype: 'float64', minval: 0, maxval: 1e308 }).data) {
      expect(u).toBeLessThan(1e308);
    }
  });

  it('refuses an empty or infinite range', () => {
    expect(() => uniform(key(0), [1], { minval: 1, maxval: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.uniform: minval and maxval need to be finite with minval <= maxval, got 1 and 0. Pass e.g. { minval: -1, maxval: 1 }.]`,
    );
    expect(() => uniform(key(0), [1], { maxval: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => uniform(key(0), [1], { minval: Number.NaN })).toThrow(RangeError);
  });
});

describe('normal', () => {
  it("gives jax's float32 bits", () => {
    // r.normal(r.key(0), (2, 3))
    expect(normal(key(0), [2, 3])).toEqual({
      shape: [2, 3],
      data: Float32Array.of(1.6226422, 2.0252647, -0.43359444, -0.07861735, 0.1760909, -0.97208923),
    });
    // n = np.array(r.normal(r.key(42), (100000,)))
    const { data } = normal(key(42), [100000]);
    // n[:6]
    expect(data.slice(0, 6)).toEqual(
      Float32Array.of(-0.028304616, 0.46713185, 0.29570296, 0.15354592, -0.12403282, 0.21692315),
    );
    // n[[n.argmin(), n.argmax(), np.abs(n).argmin()]], at 78702, 59469, 6876
    expect(Float32Array.of(data[78702], data[59469], data[6876])).toEqual(
      Float32Array.of(-4.4803915, 4.38012, 1.9198756e-5),
    );
    // b = n.view(np.uint32); np.bitwise_xor.reduce(b), b.astype(np.uint64).sum()
    expect(fingerprint(data)).toEqual({ xor: 4135612425, sum: 213109055164861 });
  });

  it("gives jax's float64 numbers", () => {
    // with jax_enable_x64: r.normal(r.key(0), (4,))
    const first = [-0.2058421394796434, -0.7847657764467411, 1.8160866726679836, 0.1878440128937887];
    // n = r.normal(r.key(42), (100000,)); n[[n.argmin(), n.argmax(), np.abs(n).argmin()]]
    const extremes = [-4.480111980443948, 4.239669117452375, -6.837220237284995e-6];
    const { data } = normal(key(42), [100000], { dtype: 'float64' });
    const ours = [...normal(key(0), [4], { dtype: 'float64' }).data, data[25784], data[50829], data[42057]];
    [...first, ...extremes].forEach((expected, i) => {
      expect(Math.abs(ours[i] / expected - 1)).toBeLessThan(tolerance.f64.elementary);
    });
  });

  it('has mean 0 and variance 1', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const n = 20000;
      const { data } = normal(key(9), [n], { dtype });
      let mean = 0;
      let square = 0;
      for (const z of data) {
        mean += z / n;
        square += (z * z) / n;
      }
      // Standard errors: 1/√n of the mean, √(2/n) of the mean square.
      expect(Math.abs(mean)).toBeLessThan(3 / Math.sqrt(n));
      expect(Math.abs(square - 1)).toBeLessThan(3 * Math.sqrt(2 / n));
    }
  });
});

describe('bernoulli', () => {
  it("gives jax's draws", () => {
    // r.bernoulli(r.key(3), 0.3, (12,)).astype(int)
    expect(bernoulli(key(3), 0.3, [12])).toEqual({
      shape: [12],
      data: Uint8Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1),
    });
  });

  it('is certain at 0 and 1', () => {
    expect(bernoulli(key(0), 0, [50]).data.every((d) => d === 0)).toBe(true);
    expect(bernoulli(key(0), 1, [50]).data.every((d) => d === 1)).toBe(true);
  });

  it('refuses what is not a probability', () => {
    expect(() => bernoulli(key(0), 1.5)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random.bernoulli: p needs a probability in [0, 1], got 1.5. Pass e.g. 0.5.]`,
    );
    expect(() => bernoulli(key(0), Number.NaN)).toThrow(RangeError);
  });
});
