import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Dtype,
  gram,
  gramVjp,
  type NdArray,
  releaseThreads,
  ShapeError,
  stax,
} from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { generic } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const weights = { wStd: 1.4, bStd: 0.2 };

const nets = {
  'a fully connected network': {
    sample: [5],
    kernel: stax.serial(stax.Dense(1, weights), stax.Relu(), stax.Dense(1, weights)).kernel,
  },
  'a network with pools': {
    sample: [5, 4, 2],
    kernel: stax.serial(
      stax.Conv(1, [3, 2], { ...weights, padding: 'SAME' }),
      stax.Relu(),
      stax.AvgPool([2, 2], { strides: [2, 2] }),
      stax.Flatten(),
      stax.Dense(1, weights),
    ).kernel,
  },
};

/** More samples than lanes, tasks and tiles take at once, and no multiple of any. */
const [most1, most2] = [71, 83];

const first = ({ shape, data }: NdArray, n: number, from = 0): NdArray => {
  const size = data.length / shape[0];
  return { shape: [n, ...shape.slice(1)], data: data.slice(from * size, (from + n) * size) };
};

afterAll(() => releaseThreads());

describe.each(Object.entries(nets))('gram of %s', (_, { sample, kernel }) => {
  const x1 = generic([most1, ...sample], 1);
  const x2 = generic([most2, ...sample], 2);

  it.each<Dtype>(['float64', 'float32'])(
    'has the bits of the whole in any part of it, in %s',
    async (dtype) => {
      const options = { get: ['nngp', 'ntk'], dtype, threads: 2 } as const;
      const whole = {
        other: await gram(kernel, x1, x2, options),
        self: await gram(kernel, x1, null, options),
      };
      const { rounding } = tolerance[dtype === 'float64' ? 'f64' : 'f32'];
      const part = fc.record({
        n1: fc.integer({ min: 1, max: most1 }),
        n2: fc.option(fc.integer({ min: 1, max: most2 })),
        from: fc.double({ min: 0, max: 1, noNaN: true }),
        threads: fc.integer({ min: 1, max: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(part, async ({ n1, n2, from, threads }) => {
          const start = Math.floor(from * (most1 - n1));
          const other = n2 === null ? null : first(x2, n2);
          const found = await gram(kernel, first(x1, n1, start), other, { ...options, threads });
          for (const field of ['nngp', 'ntk'] as const) {
            const [matrix, last] = n2 === null ? [whole.self, start + n1 - 1] : [whole.other, n2 - 1];
            const expected = matrix[field].subMatrix(start, start + n1 - 1, n2 === null ? start : 0, last);
            const [numbers, wanted] = [found[field].to1DArray(), expected.to1DArray()];
            // Where x1 has more samples than x2 the two change places, and sums their order.
            if (n2 !== null && n1 > n2) {
              expect(relativeError(numbers, wanted)).toBeLessThan(rounding);
            } else expect(numbers).toEqual(wanted);
          }
        }),
        {
          numRuns: 25,
          seed: 3,
          examples: [[{ n1: 1, n2: 1, from: 0, threads: 2 }], [{ n1: 1, n2: null, from: 1, threads: 3 }]],
        },
      );
    },
  );

  it('has the gradient of the whole where cotangents are 0 elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: most1 }),
        fc.integer({ min: 1, max: 3 }),
        async (n1, threads) => {
          const data = new Float64Array(most1 * most2).fill(1, 0, n1 * most2);
          const cotangent = { shape: [most1, most2], data };
          const part = { shape: [n1, most2], data: data.subarray(0, n1 * most2) };
          const whole = await gramVjp(kernel, x1, x2, { ntk: cotangent }, { threads: 2 });
          const found = await gramVjp(kernel, first(x1, n1), x2, { ntk: part }, { threads });
          const error = relativeError(found.x1.data, first(whole.x1, n1).data);
          expect(error).toBeLessThan(tolerance.f64.rounding);
        },
      ),
      { numRuns: 6, seed: 4 },
    );
  });

  it('refuses no samples', async () => {
    const none = { shape: [0, ...sample], data: new Float64Array(0) };
    await expect(gram(kernel, none, x2, { get: 'ntk' })).rejects.toThrow(ShapeError);
    await expect(gram(kernel, x1, none, { get: 'ntk' })).rejects.toThrow(ShapeError);
    await expect(gram(kernel, none, null, { get: 'ntk' })).rejects.toThrow(ShapeError);
  });
});
