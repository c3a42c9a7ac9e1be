import { describe, expect, it } from 'vitest';
import {
  NonFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  UnsupportedError,
} from '../../src/base/errors.js';
import { gram } from '../../src/gram/index.js';
import { eigenvaluesSymmetric } from '../../src/linalg/eigen.js';
import {
  gpInference,
  gradientDescent,
  gradientDescentMse,
  gradientDescentMseEnsemble,
  maxLearningRate,
} from '../../src/predict/index.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { kernelRidge } from '../../src/regression/kernel-ridge.js';
import { serial } from '../../src/stax/combinators/serial.js';
import { Erf } from '../../src/stax/nonlinearities/erf.js';
import { Dense } from '../../src/stax/weights/dense.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { meanSquaredErrorGradient } from './losses.js';

const waves = (shape: readonly number[], phase: number, mul = 1) => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) =>
    Math.sin(phase + mul * k + k * k),
  ),
});

const { kernel } = serial(Dense(8, { bStd: 0.3 }), Erf(), Dense(1, { bStd: 0.1 }));
const [n, tests] = [12, 5];
const [x, xTest] = [waves([n, 3], 1), waves([tests, 3], 7, 1.7)];
const y = waves([n, 2], 3, 0.6);
const fields = ['nngp', 'ntk'] as const;
const dd = await gram(kernel, x, null, { get: fields });
const td = await gram(kernel, xTest, x, { get: fields });
const tt = await gram(kernel, xTest, null, { get: fields });
const ridge = { diagReg: 1e-4 };
const ensemble = gradientDescentMseEnsemble(kernel, x, y, ridge);
const { rounding } = tolerance.f64;

describe('at t = 0', () => {
  it.each(fields)(
    '%s: the mean is 0 and the covariance the prior, on test and training inputs',
    async (get) => {
      const test = await ensemble({ t: 0, get, xTest, computeCov: true });
      expect(test.mean.data.every((value) => value === 0)).toBe(true);
      expect(relativeError(test.covariance.data, tt.nngp.to1DArray())).toBeLessThan(rounding);
      const train = await gradientDescentMseEnsemble(kernel, x, y)({ t: 0, get, computeCov: true });
      expect(train.mean.data.every((value) => value === 0)).toBe(true);
      expect(relativeError(train.covariance.data, dd.nngp.to1DArray())).toBeLessThan(1e-12);
    },
  );

  it('outputs are those before training', async () => {
    const start = { fxTrain0: waves([n, 2], 4), fxTest0: waves([tests, 2], 5), kTestTrain: td.ntk };
    const mse = await gradientDescentMse(dd.ntk, y)({ t: 0, ...start });
    expect(mse.train).toEqual(start.fxTrain0);
    expect(mse.test).toEqual(start.fxTest0);
    const descent = await gradientDescent(meanSquaredErrorGradient, dd.ntk, y)({ t: 0, ...start });
    expect(descent.train).toEqual(start.fxTrain0);
    expect(descent.test).toEqual(start.fxTest0);
  });
});

describe('as t → ∞', () => {
  it('is ridge regression', async () => {
    const { test } = await gradientDescentMse(dd.ntk, y, ridge)({ t: [Infinity, 1e12], kTestTrain: td.ntk });
    const fitted = await kernelRidge(dd.ntk, y, { reg: 1e-4 });
    const predicted = (await fitted.predict(td.ntk)).to1DArray();
    expect(relativeError(test.data.subarray(0, 2 * tests), predicted)).toBeLessThan(1e-9);
    expect(relativeError(test.data.subarray(2 * tests), predicted)).toBeLessThan(1e-9);
  });

  it.each(fields)('%s: the ensemble is gpInference', async (get) => {
    const asked = { get, xTest, computeCov: true } as const;
    const late = await ensemble({ t: 1e12, ...asked });
    const end = await ensemble(asked);
    const listed = await ensemble({ t: [0, Infinity], ...asked });
    const gp = await gpInference(dd, y, ridge)({ get, kTestTrain: td, kTestTest: tt });
    for (const part of ['mean', 'covariance'] as const) {
      expect(relativeError(end[part].data, gp[part].data)).toBeLessThan(rounding);
      expect(relativeError(late[part].data, gp[part].data)).toBeLessThan(1e-8);
      const last = listed[part].data.subarray(listed[part].data.length / 2);
      expect(relativeError(last, gp[part].data)).toBeLessThan(1e-8);
    }
  });
});

it('gives one time the numbers that it has in a list', async () => {
  const t = [0.1, 3, 500];
  const together = await ensemble({ t, get: 'ntk', xTest, computeCov: true });
  for (const [i, own] of t.entries()) {
    const alone = await ensemble({ t: own, get: 'ntk', xTest, computeCov: true });
    for (const part of ['mean', 'covariance'] as const) {
      const size = alone[part].data.length;
      expect(
        relativeError(together[part].data.subarray(i * size, (i + 1) * size), alone[part].data),
      ).toBeLessThan(rounding);
    }
  }
});

it('predicts training inputs as test inputs, without a ridge', async () => {
  const free = gradientDescentMseEnsemble(kernel, x, y);
  const asked = { t: [0.5, 20], computeCov: true } as const;
  const train = await free(asked);
  const test = await free({ ...asked, xTest: x });
  for (const field of fields) {
    expect(relativeError(test[field].mean.data, train[field].mean.data)).toBeLessThan(1e-9);
    expect(relativeError(test[field].covariance.data, train[field].covariance.data)).toBeLessThan(1e-9);
  }
});

it.each([1e-3, 1, 30, 1e3, 1e6, Infinity])('covariances are symmetric and positive, t = %d', async (t) => {
  const free = gradientDescentMseEnsemble(kernel, x, y);
  for (const predictor of [ensemble, free]) {
    for (const inputs of [{}, { xTest }]) {
      const result = await predictor({ t, computeCov: true, ...inputs });
      for (const field of fields) {
        const { shape, data } = result[field].covariance;
        const size = shape[0];
        for (let i = 0; i < size; i++)
          for (let j = 0; j < i; j++) expect(data[i * size + j]).toBe(data[j * size + i]);
        expect(eigenvaluesSymmetric(data, size)[0]).toBeGreaterThan(-1e-8);
      }
    }
  }
});

describe('gradientDescent', () => {
  const start = { fxTrain0: waves([n, 2], 4), fxTest0: waves([tests, 2], 5), kTestTrain: td.ntk };

  it.each([0.1, 1, 10])('follows the closed form, learning rate %d', async (learningRate) => {
    const t = [0.5, 5, 50];
    const exact = await gradientDescentMse(dd.ntk, y, { learningRate })({ t, ...start });
    const solved = await gradientDescent(meanSquaredErrorGradient, dd.ntk, y, { learningRate })({
      t,
      ...start,
    });
    expect(relativeError(solved.train.data, exact.train.data)).toBeLessThan(tolerance.predict.ode);
    expect(relativeError(solved.test.data, exact.test.data)).toBeLessThan(tolerance.predict.ode);
  });

  it.each([undefined, 0.9])('goes on from where it was left, momentum %s', async (momentum) => {
    const predict = gradientDescent(meanSquaredErrorGradient, dd.ntk, y, { momentum });
    const whole = await predict({ t: 8, ...start });
    const half = await predict({ t: 3, ...start });
    const rest = await predict({ t: 8, state: half.state, ...start });
    expect(relativeError(rest.train.data, whole.train.data)).toBeLessThan(tolerance.predict.ode);
    expect(relativeError(rest.test.data, whole.test.data)).toBeLessThan(tolerance.predict.ode);
  });

  it('stops when the signal aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let calls = 0;
    const gradient: typeof meanSquaredErrorGradient = (fx, targets) => {
      if (++calls === 100) controller.abort(reason);
      return meanSquaredErrorGradient(fx, targets);
    };
    const predict = gradientDescent(gradient, dd.ntk, y);
    await expect(predict({ t: 1e6, signal: controller.signal })).rejects.toBe(reason);
    expect(calls).toBeLessThan(200);
  });
});

// A model that is linear in Gaussian weights, f = φ(x)·w: NNGP and NTK are both φφᵀ. Each is trained by many small steps.
it('is the mean and covariance of thousands of trained linear models', async () => {
  const [features, members, steps, rate] = [7, 4000, 400, 0.05];
  const phi = waves([n, features], 2, 0.4).data.map((value) => value / Math.sqrt(features));
  const phiTest = waves([tests, features], 9, 0.3).data.map((value) => value / Math.sqrt(features));
  const product = (a: Float64Array, rows: number, b: Float64Array, columns: number) => ({
    shape: [rows, columns],
    data: Float64Array.from({ length: rows * columns }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < features; k++) {
        sum += a[Math.floor(at / columns) * features + k] * b[(at % columns) * features + k];
      }
      return sum;
    }),
  });
  const targets = { shape: [n, 1], data: waves([n], 3, 0.6).data };
  const own = (x1: typeof x, x2: typeof x | null) => {
    const [a, b] = [x1 === x ? phi : phiTest, (x2 ?? x1) === x ? phi : phiTest];
    const k = product(a, a.length / features, b, b.length / features);
    return { nngp: k, ntk: k };
  };
  const predict = gradientDescentMseEnsemble(own, x, targets);
  const t = steps * rate;
  const { mean, covariance } = await predict({ t, xTest, get: 'ntk', computeCov: true });
  const weights = normal(key(3), [members, features], { dtype: 'float64' }).data;
  const sums = new Float64Array(tests);
  const products = new Float64Array(tests * tests);
  for (let m = 0; m < members; m++) {
    const w = Float64Array.from(weights.subarray(m * features, (m + 1) * features));
    for (let step = 0; step < steps; step++) {
      const gradient = new Float64Array(features);
      for (let i = 0; i < n; i++) {
        let residual = -targets.data[i];
        for (let k = 0; k < features; k++) residual += phi[i * features + k] * w[k];
        for (let k = 0; k < features; k++) gradient[k] += (residual * phi[i * features + k]) / n;
      }
      for (let k = 0; k < features; k++) w[k] -= rate * gradient[k];
    }
    const f = Float64Array.from({ length: tests }, (_, i) =>
      w.reduce((sum, value, k) => sum + value * phiTest[i * features + k], 0),
    );
    for (let i = 0; i < tests; i++) {
      sums[i] += f[i] / members;
      for (let j = 0; j < tests; j++) products[i * tests + j] += (f[i] * f[j]) / members;
    }
  }
  const scale = Math.sqrt(covariance.data.reduce((most, value) => Math.max(most, value), 0));
  // Five standard errors, and the difference between steps and the flow.
  for (let i = 0; i < tests; i++) {
    expect(Math.abs(sums[i] - mean.data[i])).toBeLessThan((5 * scale) / Math.sqrt(members) + 0.01 * scale);
    for (let j = 0; j < tests; j++) {
      const sample = products[i * tests + j] - sums[i] * sums[j];
      expect(Math.abs(sample - covariance.data[i * tests + j])).toBeLessThan(
        (5 * Math.SQRT2 * scale ** 2) / Math.sqrt(members) + 0.02 * scale ** 2,
      );
    }
  }
});

describe('maxLearningRate', () => {
  it.each([0, 0.5])('divides what converges from what does not, momentum %d', async (momentum) => {
    const largest = await maxLearningRate(dd.ntk, { yTrainSize: n * 2, momentum });
    const losses = [0.5, 0.99, 3].map((part) => {
      let before = y.data.map((value) => -value);
      let residual = before;
      for (let step = 0; step < 200; step++) {
        const next = residual.map((value, at) => {
          const [i, o] = [Math.floor(at / 2), at % 2];
          let sum = 0;
          for (let j = 0; j < n; j++) sum += dd.ntk.get(i, j) * residual[j * 2 + o];
          return value - (part * largest * sum) / (2 * n) + momentum * (value - before[at]);
        });
        before = residual;
        residual = next;
      }
      return (
        residual.reduce((sum, value) => sum + value ** 2, 0) / y.data.reduce((sum, v) => sum + v ** 2, 0)
      );
    });
    expect(losses[0]).toBeLessThan(0.5);
    expect(losses[1]).toBeLessThan(1);
    expect(losses[2]).toBeGreaterThan(10);
  });
});

describe('outputs with any axes', () => {
  it.each([
    [[-1], [3, 4, 2]],
    [[1], [3, 4, 2]],
    [
      [-1, -1, 2],
      [3, 4, 2],
    ],
    [
      [1, 2],
      [3, 4, 2],
    ],
    [[], [3, 4, 2]],
    [[0], [3, 4, 2]],
    [
      [0, 1, 2],
      [3, 4, 2],
    ],
    [[-2], [3, 4, 2, 1]],
  ])('traced over %j of %j', async (traceAxes, shape) => {
    const traced = new Set(traceAxes.map((axis) => (axis + shape.length) % shape.length));
    const kept = shape.filter((_, axis) => !traced.has(axis));
    const size = kept.reduce((a, b) => a * b, 1);
    const pairs = kept.flatMap((own) => [own, own]);
    const eye = new Float64Array(size * size);
    for (let i = 0; i < size; i++) eye[i * size + i] = 1;
    // Of pairs of axes, the unit matrix: every output is trained by itself.
    const k = { shape: pairs, data: eye.slice() };
    const strides = pairs.map((_, axis) => pairs.slice(axis + 1).reduce((a, b) => a * b, 1));
    k.data.fill(0);
    for (let i = 0; i < size; i++) {
      let rest = i;
      let at = 0;
      for (let axis = kept.length - 1; axis >= 0; axis--) {
        at += (rest % kept[axis]) * (strides[2 * axis] + strides[2 * axis + 1]);
        rest = Math.floor(rest / kept[axis]);
      }
      k.data[at] = 1;
    }
    const targets = waves(shape, 2);
    const predict = gradientDescentMse(k, targets, { traceAxes });
    const m = targets.data.length;
    const result = await predict({ t: { shape: [2, 1], data: Float64Array.of(1, m) }, kTestTrain: k });
    expect(result.train.shape).toEqual([2, 1, ...shape]);
    expect(result.test.shape).toEqual([2, 1, ...shape]);
    const expected = [1, m].flatMap((t) => Array.from(targets.data, (value) => -Math.expm1(-t / m) * value));
    expect(relativeError(result.train.data, expected)).toBeLessThan(rounding);
    expect(relativeError(result.test.data, expected)).toBeLessThan(rounding);
  });
});

describe('refuses', () => {
  const singular = { shape: [2, 2], data: Float64Array.of(1, 1, 1, 1) };
  const two = { shape: [2, 1], data: Float64Array.of(1, 2) };
  const said = async (call: () => unknown) => {
    try {
      await call();
      return 'nothing thrown';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  };

  it('what does not fit, and says what to do', async () => {
    const bad = [
      () => gradientDescentMse(singular, two)({ kTestTrain: singular }),
      () => gradientDescentMse(singular, two)({ t: [1, Infinity], kTestTrain: singular }),
      () => gpInference(singular, two)({ get: 'nngp', kTestTrain: singular }),
      () => gradientDescentMse(singular, two)({ t: -1 }),
      () => gradientDescentMse(singular, two)({ t: [0, NaN] }),
      () => gradientDescentMse(singular, two, { traceAxes: [2] }),
      () => gradientDescentMse(singular, two, { traceAxes: [] }),
      () => gradientDescentMse(singular, { shape: [3, 1], data: new Float64Array(3) }),
      () => gradientDescentMse(singular, two, { diagReg: -1 }),
      () => gradientDescentMse(singular, two, { learningRate: 0 }),
      () => gradientDescentMse({ shape: [2, 2], data: Float64Array.of(1, 0, NaN, 1) }, two),
      () => gradientDescentMse(singular, two)({ fxTest0: 1 }),
      () => gradientDescentMse(singular, two)({ fxTrain0: singular }),
      () => gradientDescentMse(singular, two)({ time: 1 } as object),
      () => gpInference(singular, two)({ get: 'ntk', kTestTrain: singular, kTestTest: singular }),
      () => gpInference({ nngp: singular }, two)({ get: 'ntk', kTestTrain: singular }),
      () => gpInference(singular, two)({ get: 'ntkk' as 'ntk' }),
      () => gradientDescent(() => singular, singular, two)({ t: 1 }),
      () => gradientDescent((fx) => ({ ...fx, data: fx.data.map(() => NaN) }), singular, two)({ t: 1 }),
      () => gradientDescent(meanSquaredErrorGradient, singular, two)({ t: Infinity }),
      () => gradientDescent(meanSquaredErrorGradient, singular, two)({ t: [2, 1] }),
      () => gradientDescent(meanSquaredErrorGradient, singular, two, { momentum: 1 }),
      // @ts-expect-error no kernel
      () => gradientDescentMseEnsemble({}, x, y),
      () => gradientDescentMseEnsemble(() => ({}), x, y)(),
      () => maxLearningRate(two),
      () => maxLearningRate(singular, { momentum: 2 }),
    ];
    expect(await Promise.all(bad.map(said))).toMatchInlineSnapshot(`
      [
        "NotPositiveDefiniteError: gradientDescentMse: kTrainTrain must be positive definite to be trained on to convergence, but its factorisation fails at row 1 of 2. Raise diagReg, e.g. to 1e-6, or remove repeated samples.",
        "NotPositiveDefiniteError: gradientDescentMse: kTrainTrain must be positive definite to be trained on to convergence, but its eigenvalues reach from 2.2204460492503128e-16 to 1.9999999999999998. Raise diagReg, e.g. to 1e-6, or remove repeated samples.",
        "NotPositiveDefiniteError: gpInference: kTrainTrain must be positive definite to be trained on to convergence, but its factorisation fails at row 1 of 2. Raise diagReg, e.g. to 1e-6, or remove repeated samples.",
        "RangeError: gradientDescentMse: t must be at least 0, got -1. Training begins at the time 0.",
        "RangeError: gradientDescentMse: t must be at least 0, got NaN. Training begins at the time 0.",
        "RangeError: gradientDescentMse: traceAxes must be axes of yTrain [2,1], from -2 to 1, got 2.",
        "ShapeError: gradientDescentMse: kTrainTrain needs the shape [2, 2, 1, 1], two axes for each axis of yTrain [2,1] that is not in traceAxes, got [2,2].",
        "ShapeError: gradientDescentMse: kTrainTrain needs the shape [3, 3], two axes for each axis of yTrain [3,1] that is not in traceAxes, got [2,2].",
        "RangeError: gradientDescentMse: diagReg must be a finite number of at least 0, got -1. Pass e.g. 1e-6.",
        "RangeError: gradientDescentMse: learningRate must be a finite number above 0, got 0. Pass e.g. 1.",
        "NonFiniteError: gradientDescentMse: kTrainTrain must be finite, got NaN at [1, 0]. Clean the data first.",
        "RangeError: gradientDescentMse: fxTest0 needs kTestTrain beside it. Pass the kernel of test and training inputs.",
        "ShapeError: gradientDescentMse: fxTrain0 needs the shape [2,1], got [2,2].",
        "UnsupportedError: gradientDescentMse: has no option time. Its options are t, fxTrain0, fxTest0, kTestTrain, signal, onProgress.",
        "NotPositiveDefiniteError: gpInference: kTrainTrain must be positive definite to be trained on to convergence, but its factorisation fails at row 1 of 2. Raise diagReg, e.g. to 1e-6, or remove repeated samples.",
        "RangeError: gpInference: 'ntk' needs kTrainTrain.ntk. Pass { nngp, ntk }, e.g. gram(kernel, x1, x2, { get: ['nngp', 'ntk'] }).",
        "RangeError: gpInference: get must be 'nngp', 'ntk' or 'ntkgp', or a list of these, got 'ntkk'.",
        "ShapeError: gradientDescent: the loss's gradient must have the shape [2,1] of yTrain, got [2,2].",
        "NonFiniteError: gradientDescent: the loss's gradient is NaN at entry 0, at the time 0. Write the loss so that it is finite there, or lower the learning rate.",
        "RangeError: gradientDescent: t must be finite, as any loss's training is followed step by step. Use gradientDescentMse for t = Infinity.",
        "RangeError: gradientDescent: t must not fall, got 1 after 2. Sort the times.",
        "RangeError: gradientDescent: momentum must be at least 0 and below 1, got 1. Pass e.g. 0.9.",
        "TypeError: gradientDescentMseEnsemble: kernel must be a network's kernel or a function (x1, x2, get), got object. Pass e.g. stax.serial(…).kernel.",
        "RangeError: gradientDescentMseEnsemble: kernel must return { nngp } when asked for it, got an object Object.",
        "ShapeError: maxLearningRate: ntkTrainTrain needs the shape [2, 2], two axes for each axis of yTrain [2] that is not in traceAxes, got [2,1].",
        "RangeError: maxLearningRate: momentum must be at least 0 and below 1, got 2. Pass e.g. 0.9.",
      ]
    `);
    await expect(gradientDescentMse(singular, two)({ kTestTrain: singular })).rejects.toThrow(
      NotPositiveDefiniteError,
    );
    expect(() => gradientDescentMse(singular, two, { traceAxes: [] })).toThrow(ShapeError);
    expect(() => gradientDescentMse(singular, two, { rate: 1 } as object)).toThrow(UnsupportedError);
    expect(() => gradientDescentMse({ shape: [1, 1], data: Float64Array.of(NaN) }, two)).toThrow();
    expect(() => gradientDescentMse(singular, { ...two, data: Float64Array.of(NaN, 1) })).toThrow(
      NonFiniteError,
    );
  });
});

it('is exact for singular kernels at finite times', async () => {
  // Two copies of a sample: the difference of their outputs never moves, their mean does with λ = 2.
  const k = { shape: [2, 2], data: Float64Array.of(1, 1, 1, 1) };
  const targets = { shape: [2, 1], data: Float64Array.of(1, 2) };
  const { train, test } = await gradientDescentMse(k, targets)({ t: 3, kTestTrain: k });
  const mean = 1.5 * -Math.expm1(-3);
  expect(relativeError(train.data, [mean, mean])).toBeLessThan(rounding);
  expect(relativeError(test.data, [mean, mean])).toBeLessThan(rounding);
});

it('stops when the signal aborts, and reports progress', async () => {
  const size = 600;
  const k = {
    shape: [size, size],
    data: Float64Array.from({ length: size * size }, (_, at) =>
      Math.exp(-(((at % size) - Math.floor(at / size)) ** 2)),
    ),
  };
  const targets = waves([size, 1], 1);
  const predict = gradientDescentMse(k, targets);
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 20);
  await expect(predict({ t: 1, signal: controller.signal })).rejects.toBe(reason);
  const reports: string[] = [];
  await predict({ t: 1, kTestTrain: k, onProgress: (done, total) => reports.push(`${done}/${total}`) });
  expect(reports).toEqual(['1/1', '2/3', '3/3', '4/5', '5/5', '6/6']);
});
