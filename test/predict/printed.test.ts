import { beforeAll, describe, expect, it } from 'vitest';
import { gram } from '../../src/gram/index.js';
import {
  gpInference,
  gradientDescent,
  gradientDescentMse,
  gradientDescentMseEnsemble,
  maxLearningRate,
} from '../../src/predict/index.js';
import { serial } from '../../src/stax/combinators/serial.js';
import { Relu } from '../../src/stax/nonlinearities/relu.js';
import { Dense } from '../../src/stax/weights/dense.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { crossEntropyGradient, meanSquaredErrorGradient } from './losses.js';

// Values that Neural Tangents printed with 10 digits, for a fully connected network.

const waves = (shape: readonly number[], phase: number, mul = 1) => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => Math.sin(phase + mul * k)),
});
const numbers = (text: string): number[] => text.split(' ').map(Number);

const { kernel } = serial(Dense(8, { wStd: 1.5, bStd: 0.1 }), Relu(), Dense(1, { wStd: 1.5, bStd: 0.1 }));
const xTrain = waves([3, 3], 1);
const xTest = waves([2, 3], 7, 1.7);
const yTrain = { shape: [3, 2], data: Float64Array.of(1, -1, 0.5, 2, -1, 0) };
const fields = ['nngp', 'ntk'] as const;
const rate = { learningRate: 0.5 };
const ridge = { diagReg: 1e-3 };
const start = { fxTrain0: 0.1, fxTest0: 0.2 };

const kernels = async () => ({
  dd: await gram(kernel, xTrain, null, { get: fields }),
  td: await gram(kernel, xTest, xTrain, { get: fields }),
  tt: await gram(kernel, xTest, null, { get: fields }),
});
let k: Awaited<ReturnType<typeof kernels>>;
beforeAll(async () => {
  k = await kernels();
});

const expectPrinted = (actual: { readonly data: Float64Array }, text: string) =>
  expect(relativeError(actual.data, numbers(text))).toBeLessThan(tolerance.f64.printedTen);

describe('the ensemble', () => {
  const ensemble = gradientDescentMseEnsemble(kernel, xTrain, yTrain, { ...rate, ...ridge });

  it.each([
    [
      'nngp',
      Infinity,
      '3.822738179 -2.055110752 -2.424902646 1.206726436',
      '0.3922601528 0.1947026078 0.1947026078 0.471208568',
    ],
    [
      'ntk',
      Infinity,
      '1.976981615 -1.31765101 -1.264616812 0.4397400792',
      '0.499652167 0.1796899026 0.1796899026 0.5370630525',
    ],
    [
      'nngp',
      2,
      '0.03769557899 -0.09634255594 -0.008600264113 -0.0362282352',
      '0.9746661483 0.1771037637 0.1771037637 0.7665043734',
    ],
    [
      'ntk',
      2,
      '0.05989372093 -0.2161187872 -0.04473610746 -0.09749593132',
      '0.8930845171 0.131737004 0.131737004 0.7321767874',
    ],
  ] as const)('%s on test inputs at t = %d', async (get, t, mean, covariance) => {
    const result = await ensemble({ t, xTest, get, computeCov: true });
    expectPrinted(result.mean, mean);
    expectPrinted(result.covariance, covariance);
  });

  it.each([
    ['nngp', Infinity, '1 -1 0.5 2 -1 0', '0 0 0 0 0 0 0 0 0'],
    ['ntk', Infinity, '1 -1 0.5 2 -1 0', '0 0 0 0 0 0 0 0 0'],
    [
      'nngp',
      2,
      '0.007000108405 -0.1778114515 0.1005846132 0.400918997 -0.008489888388 -0.171521071',
      '0.5661935965 0.002144336906 0.5246319387 0.002144336906 0.8599143505 0.002092669071 0.5246319387 0.002092669071 0.5748840293',
    ],
    [
      'ntk',
      2,
      '0.02780290703 -0.3171570454 0.1803486344 0.7285956286 -0.0397461015 -0.2857535929',
      '0.2567182662 0.0174588938 0.2161120879 0.0174588938 0.5507294836 0.01748010375 0.2161120879 0.01748010375 0.260034432',
    ],
  ] as const)('%s on training inputs at t = %d', async (get, t, mean, covariance) => {
    const result = await ensemble({ t, get, computeCov: true });
    expectPrinted(result.mean, mean);
    expectPrinted(result.covariance, covariance);
  });
});

describe('gradientDescentMse', () => {
  it.each([
    [Infinity, '1 -1 0.5 2 -1 0', '2.123014685 -1.171617941 -1.104240146 0.6001167455'],
    [
      2,
      '0.07112438246 -0.2738355699 0.2457251226 0.7939721168 0.00310416203 -0.2429033293',
      '0.2291663677 -0.04684614039 0.1324594009 0.07969957702',
    ],
  ])('at t = %d', async (t, train, test) => {
    const predict = gradientDescentMse(k.dd.ntk, yTrain, { ...rate, ...ridge });
    const result = await predict({ t, ...start, kTestTrain: k.td.ntk });
    expectPrinted(result.train, train);
    expectPrinted(result.test, test);
  });
});

// Neural Tangents follows these with a tolerance of 1.4e-8.
describe('gradientDescent', () => {
  const expectPrinted = (actual: { readonly data: Float64Array }, text: string) =>
    expect(relativeError(actual.data, numbers(text))).toBeLessThan(tolerance.predict.odeint);

  it('with momentum', async () => {
    const predict = gradientDescent(meanSquaredErrorGradient, k.dd.ntk, yTrain, { ...rate, momentum: 0.9 });
    const { train, test } = await predict({ t: 2, ...start, kTestTrain: k.td.ntk });
    expectPrinted(train, '0.05517215665 -0.3503130223 0.2576017713 0.85104664 -0.008585334501 -0.322250537');
    expectPrinted(test, '0.2177199234 -0.08950360174 0.1291923961 0.04746416773');
  });

  it('on cross-entropy', async () => {
    const y = { shape: [3, 2], data: Float64Array.of(1, 0, 0, 1, 1, 0) };
    const predict = gradientDescent(crossEntropyGradient, k.dd.ntk, y, rate);
    const { train, test } = await predict({ t: 2, ...start, kTestTrain: k.td.ntk });
    expectPrinted(train, '0.454158003 -0.254158003 -0.1104727518 0.3104727518 0.4570723541 -0.2570723541');
    expectPrinted(test, '0.401336864 -0.001336864033 0.3416797384 0.05832026163');
  });
});

describe('gpInference', () => {
  it.each([
    [
      'nngp',
      '3.822738179 -2.055110752 -2.424902646 1.206726436',
      '0.3922601528 0.1947026078 0.1947026078 0.471208568',
    ],
    [
      'ntk',
      '1.976981615 -1.31765101 -1.264616812 0.4397400792',
      '0.499652167 0.1796899026 0.1796899026 0.5370630525',
    ],
    [
      'ntkgp',
      '1.976981615 -1.31765101 -1.264616812 0.4397400792',
      '1.460619 0.2146718647 0.2146718647 1.372174666',
    ],
  ] as const)('%s', async (get, mean, covariance) => {
    const predict = gpInference(k.dd, yTrain, ridge);
    const result = await predict({ get, kTestTrain: k.td, kTestTest: k.tt });
    expectPrinted(result.mean, mean);
    expectPrinted(result.covariance, covariance);
  });
});

it('maxLearningRate', async () => {
  const largest = await maxLearningRate(k.dd.ntk, { yTrainSize: 6, momentum: 0.5 });
  expectPrinted({ data: Float64Array.of(largest) }, '3.4899704787814363');
});
