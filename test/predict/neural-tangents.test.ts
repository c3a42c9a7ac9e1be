import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  gpInference,
  gradientDescent,
  gradientDescentMse,
  gradientDescentMseEnsemble,
} from '../../src/predict/index.js';
import { serial } from '../../src/stax/combinators/serial.js';
import { Erf } from '../../src/stax/nonlinearities/erf.js';
import { Gelu } from '../../src/stax/nonlinearities/gelu.js';
import { Dense } from '../../src/stax/weights/dense.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

type Pair = readonly [Stored, Stored];

interface Case {
  readonly traceAxes: number[];
  readonly learningRate: number;
  readonly diagReg: number;
  readonly diagRegAbsoluteScale: boolean;
  readonly times: number[];
  /** Between train and train, test and train, test and test. */
  readonly nngp: readonly Stored[];
  readonly ntk: readonly Stored[];
  readonly y: Stored;
  readonly fxTrain0: Stored;
  readonly fxTest0: Stored;
  readonly mse: { readonly finite: Pair; readonly infinite: Pair };
  readonly posterior: Record<'nngp' | 'ntk' | 'ntkgp', Pair>;
  /** By momentum. */
  readonly quartic: Record<string, Pair>;
}

interface Answer {
  readonly get: 'nngp' | 'ntk';
  readonly onTest: boolean;
  readonly finite: Pair;
  readonly infinite: Pair;
}

interface Ensemble {
  readonly xTrain: Stored;
  readonly xTest: Stored;
  readonly y: Stored;
  readonly times: number[];
  readonly answers: Answer[];
}

const fixture: { readonly cases: Case[]; readonly ensemble: Ensemble } = JSON.parse(
  readFileSync(new URL('../fixtures/predict/predict.json', import.meta.url), 'utf8'),
);
const array = ({ shape, data }: Stored) => ({ shape, data: Float64Array.from(data) });

const { golden } = tolerance.f64;
const expectClose = (
  actual: { readonly shape: readonly number[]; readonly data: Float64Array },
  expected: Stored,
  bound: number = golden,
) => {
  expect(actual.shape).toEqual(expected.shape);
  expect(relativeError(actual.data, expected.data)).toBeLessThan(bound);
};

describe.each(fixture.cases)('outputs $inner traced over $traceAxes', (stored) => {
  const { learningRate, diagReg, diagRegAbsoluteScale, traceAxes, times } = stored;
  const [ntkDd, ntkTd, ntkTt] = stored.ntk.map(array);
  const [nngpDd, nngpTd, nngpTt] = stored.nngp.map(array);
  const y = array(stored.y);
  const start = { fxTrain0: array(stored.fxTrain0), fxTest0: array(stored.fxTest0), kTestTrain: ntkTd };
  const ridge = { diagReg, diagRegAbsoluteScale, traceAxes };

  it('gradientDescentMse', async () => {
    const predict = gradientDescentMse(ntkDd, y, { learningRate, ...ridge });
    const finite = await predict({ t: times, ...start });
    expectClose(finite.train, stored.mse.finite[0]);
    expectClose(finite.test, stored.mse.finite[1]);
    const infinite = await predict(start);
    expectClose(infinite.train, stored.mse.infinite[0]);
    expectClose(infinite.test, stored.mse.infinite[1]);
  });

  it('gpInference', async () => {
    const predict = gpInference({ nngp: nngpDd, ntk: ntkDd }, y, ridge);
    const all = await predict({
      get: ['nngp', 'ntk', 'ntkgp'],
      kTestTrain: { nngp: nngpTd, ntk: ntkTd },
      kTestTest: { nngp: nngpTt, ntk: ntkTt },
    });
    for (const kind of ['nngp', 'ntk', 'ntkgp'] as const) {
      expectClose(all[kind].mean, stored.posterior[kind][0]);
      expectClose(all[kind].covariance, stored.posterior[kind][1]);
    }
  });

  it.each(['None', '0.9'])('gradientDescent of mean((f − y)⁴)/4, momentum %s', async (momentum) => {
    const predict = gradientDescent(
      (fx, targets) => ({
        shape: fx.shape,
        data: fx.data.map((value, i) => (value - targets.data[i]) ** 3 / fx.data.length),
      }),
      ntkDd,
      y,
      { learningRate, traceAxes, momentum: momentum === 'None' ? undefined : Number(momentum) },
    );
    const { train, test } = await predict({ t: [0.5, 4], ...start });
    expectClose(train, stored.quartic[momentum][0], tolerance.predict.ode);
    expectClose(test, stored.quartic[momentum][1], tolerance.predict.ode);
  });
});

describe('gradientDescentMseEnsemble of a network', () => {
  const { xTrain, xTest, y, times, answers } = fixture.ensemble;
  const { kernel } = serial(
    Dense(8, { wStd: 1.3, bStd: 0.2 }),
    Erf(),
    Dense(8, { wStd: 1.1, bStd: 0.1 }),
    Gelu(),
    Dense(1),
  );
  const ensemble = gradientDescentMseEnsemble(kernel, array(xTrain), array(y), {
    learningRate: 0.7,
    diagReg: 1e-3,
  });

  it.each(answers)('$get, on test inputs: $onTest', async ({ get, onTest, finite, infinite }) => {
    const asked = { get, computeCov: true, ...(onTest && { xTest: array(xTest) }) } as const;
    const at = await ensemble({ t: times, ...asked });
    expectClose(at.mean, finite[0]);
    expectClose(at.covariance, finite[1]);
    const end = await ensemble(asked);
    expectClose(end.mean, infinite[0]);
    expectClose(end.covariance, infinite[1]);
  });
});
