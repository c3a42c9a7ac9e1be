import { Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { gram, gramVjp, type NdArray, releaseThreads, ridgeVisit, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const conv = () => stax.Conv(8, [3, 3], { ...weights, padding: 'SAME' });
const convNet = stax.serial(
  ...[conv(), stax.Relu(), stax.AvgPool([2, 2], { strides: [2, 2] })],
  ...[conv(), stax.Erf(), stax.Flatten(), stax.Dense(1, weights)],
);
const fcNet = stax.serial(stax.Flatten(), stax.Dense(8, weights), stax.Relu(), stax.Dense(1, weights));
const nets = { convNet, fcNet };

function images(n: number, phase: number): NdArray<Float64Array> {
  const data = Float64Array.from({ length: n * 6 * 5 * 2 }, (_, k) => Math.sin(phase + 1.3 * k * k));
  return { shape: [n, 6, 5, 2], data };
}

const x1 = images(7, 1);
const x2 = images(11, 2);
const cotangent = new Matrix(7, 11).apply(function (this: Matrix, i, j) {
  this.set(i, j, Math.cos(3 * i + 5 * j));
});

afterAll(releaseThreads);

for (const [name, { kernel }] of Object.entries(nets)) {
  for (const dtype of ['float64', 'float32'] as const) {
    describe(`${name} in ${dtype}`, () => {
      it('gives the same bits for any number of threads and any blocks', async () => {
        const one = await gram(kernel, x1, x2, { get: 'ntk', dtype, threads: 1 });
        for (const threads of [2, 3]) {
          for (const block of [
            undefined,
            { rows: 1, columns: 1 },
            { rows: 3, columns: 5 },
            { rows: 20, columns: 8 },
          ]) {
            const other = await gram(kernel, x1, x2, { get: 'ntk', dtype, threads, ...(block && { block }) });
            expect(other.to1DArray()).toEqual(one.to1DArray());
          }
        }
      });

      it('gives the same bits of gradients for any number of threads', async () => {
        const one = await gramVjp(kernel, x1, x2, { ntk: cotangent }, { dtype, threads: 1 });
        const two = await gramVjp(kernel, x1, x2, { ntk: cotangent }, { dtype, threads: 2 });
        expect(two).toEqual(one);
      });

      it('is exactly symmetric without x2, and what x2 = x1 gives', async () => {
        const k = await gram(kernel, x2, null, {
          get: 'ntk',
          dtype,
          threads: 2,
          block: { rows: 4, columns: 4 },
        });
        expect(k.to1DArray()).toEqual(k.transpose().to1DArray());
        const copy = await gram(kernel, x2, { ...x2 }, { get: 'ntk', dtype });
        const { rounding } = tolerance[dtype === 'float64' ? 'f64' : 'f32'];
        expect(relativeError(k.to1DArray(), copy.to1DArray())).toBeLessThan(rounding);
      });

      it('takes the gradient of K(x, x) through both arguments', async () => {
        const square = new Matrix(7, 7).apply(function (this: Matrix, i, j) {
          this.set(i, j, Math.sin(i + 2 * j));
        });
        const self = await gramVjp(kernel, x1, null, { ntk: square, nngp: square }, { dtype });
        const apart = await gramVjp(kernel, x1, { ...x1 }, { ntk: square, nngp: square }, { dtype });
        const sum = apart.x1.data.map((entry, i) => entry + apart.x2!.data[i]);
        expect(relativeError(self.x1.data, sum)).toBeLessThan(
          tolerance[dtype === 'float64' ? 'f64' : 'f32'].golden,
        );
      });

      it('visits targets once for what K_ts and its gradient give in two rounds', async () => {
        const alpha = new Matrix(7, 3).apply(function (this: Matrix, i, j) {
          this.set(i, j, Math.sin(1 + i * 3 + j));
        });
        const y = new Matrix(11, 3).apply(function (this: Matrix, i, j) {
          this.set(i, j, i % 3 === j ? 2 / 3 : -1 / 3);
        });
        const visit = await ridgeVisit(kernel, x1, x2, alpha, y, { get: 'ntk', dtype, gradient: true });
        const kts = await gram(kernel, x2, x1, { get: 'ntk', dtype });
        const residual = kts.mmul(alpha).sub(y);
        const g = Matrix.div(residual, 33);
        const rounds = await gramVjp(kernel, x1, x2, { ntk: alpha.mmul(g.transpose()) }, { dtype });
        const bound = tolerance[dtype === 'float64' ? 'f64' : 'f32'].golden;
        expect(relativeError([visit.loss], [0.5 * g.dot(residual)])).toBeLessThan(bound);
        expect(relativeError(visit.kTg.to1DArray(), kts.transpose().mmul(g).to1DArray())).toBeLessThan(bound);
        expect(relativeError(visit.supportGradient!.data, rounds.x1.data)).toBeLessThan(bound);
        const only = await ridgeVisit(kernel, x1, x2, alpha, y, { get: 'ntk', dtype });
        expect(only.supportGradient).toBeNull();
        expect(only.loss).toBeCloseTo(visit.loss, 12);
      });
    });
  }
}

describe('a long job', () => {
  it('reports progress up to the total', async () => {
    const seen: [number, number][] = [];
    await gram(convNet.kernel, x1, x2, {
      get: 'nngp',
      block: { rows: 2, columns: 4 },
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual([77, 77]);
    expect(seen.every(([done], i) => i === 0 || done > seen[i - 1][0])).toBe(true);
  });

  it('stops when its signal is aborted, and the next one runs', async () => {
    const controller = new AbortController();
    const stopped = gram(convNet.kernel, x1, x2, {
      get: 'ntk',
      block: { rows: 1, columns: 4 },
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    await expect(gram(fcNet.kernel, x1, x2, { get: 'ntk' })).resolves.toMatchObject({ rows: 7, columns: 11 });
  });

  it('does not start with a signal that is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('never'));
    await expect(gram(convNet.kernel, x1, x2, { get: 'ntk', signal })).rejects.toThrow('never');
  });
});

describe('a kernel out of range', () => {
  const layers = Array.from({ length: 15 }, () => [stax.Dense(8, { wStd: 16 }), stax.Relu()]).flat();
  const { kernel } = stax.serial(stax.Flatten(), ...layers, stax.Dense(1));

  it('is finite in float64 and refused in float32', async () => {
    const k = await gram(kernel, x1, null, { get: 'nngp' });
    expect(Number.isFinite(k.get(0, 1))).toBe(true);
    await expect(gram(kernel, x1, null, { get: 'nngp', dtype: 'float32' })).rejects.toThrow(
      /^gram: the nngp at \[0,0\] leaves the range of float32, got .*Use dtype 'float64'/,
    );
  });
});

describe('bad arguments', () => {
  const refusal = async (promise: Promise<unknown>) => {
    const error = (await promise.then(
      () => null,
      (reason) => reason,
    )) as Error;
    return `${error.name}: ${error.message}`;
  };

  it('are refused by name', async () => {
    const { kernel } = fcNet;
    const nan = { ...x1, data: x1.data.map((entry, i) => (i === 130 ? Number.NaN : entry)) };
    const spatial = stax.serial(conv(), stax.Relu());
    expect([
      await refusal(gram(kernel, nan, x2, { get: 'ntk' })),
      await refusal(gram(kernel, x1, { shape: [2, 6, 5, 3], data: new Float64Array(180) }, { get: 'ntk' })),
      await refusal(gram(spatial.kernel, x1, x2, { get: 'ntk' })),
      await refusal(gram(kernel, x1, x2, { get: 'cov1' as 'ntk' })),
      await refusal(gram(kernel, x1, x2, { get: [] })),
      await refusal(gram(kernel, x1, x2, { get: 'ntk', threads: 0 })),
      await refusal(gram(kernel, x1, x2, { get: 'ntk', dtype: 'float16' as 'float32' })),
      await refusal(gram(kernel, x1, x2, { get: 'ntk', block: { rows: 0, columns: 4 } })),
      // @ts-expect-error a function that is no network's kernel
      await refusal(gram(() => {}, x1, x2, { get: 'ntk' })),
      await refusal(gramVjp(kernel, x1, x2, {})),
      await refusal(gramVjp(kernel, x1, x2, { ntk: new Matrix(2, 2) })),
      await refusal(ridgeVisit(kernel, x1, x2, new Matrix(7, 3), new Matrix(10, 3), { get: 'ntk' })),
    ]).toMatchInlineSnapshot(`
      [
        "NonFiniteError: gram: x1 must be finite, got NaN at [2,1,0,0]. Clean the data first.",
        "ShapeError: gram: samples of x1 and x2 must have equal shapes, got [6,5,2] (x1 is [7,6,5,2]) and [6,5,3] (x2 is [2,6,5,3]). Give both the same spatial sizes and channels.",
        "ShapeError: gram: needs one number for each pair of samples, but the network leaves spatial axes [6,5]. End it with Flatten or GlobalAvgPool.",
        "RangeError: gram: get must be 'nngp' or 'ntk' (gram: or a list of these), got 'cov1'.",
        "RangeError: gram: get must name at least one field, e.g. 'ntk'.",
        "RangeError: gram: threads must be a whole number of at least 1, got 0.",
        "RangeError: gram: dtype must be 'float64' or 'float32', got 'float16'.",
        "RangeError: gram: block needs rows and columns of at least 1, got {"rows":0,"columns":4}.",
        "TypeError: gram: kernel must be the kernel function of a network, got a function. Pass e.g. stax.serial(…).kernel.",
        "RangeError: gramVjp: needs a cotangent of nngp, of ntk, or of both, got neither.",
        "ShapeError: gramVjp: the cotangent of ntk must be [7, 11], got [2, 2].",
        "ShapeError: ridgeVisit: 7 supports and 11 targets need alpha [7, C] and labels [11, C], got [7, 3] and [10, 3].",
      ]
    `);
  });
});
