import { describe, expect, it } from 'vitest';
import { gram, type Hyperparameters, hyperparameterVjp, stax } from '../../src/index.js';
import { generic } from '../support/compute.js';
import { derivative } from '../support/differences.js';

const { Dense, Conv, Relu, LeakyRelu, ABRelu, Erf, Sin, Gaussian, ExpNormalized, Polynomial, LayerNorm } =
  stax;
const { serial, Flatten, GlobalAvgPool, AvgPool, Dropout, Rbf, Exp, residual } = stax;

type Network = (p: Record<string, number>) => stax.Layer;

/** Networks as functions of their hyperparameters: name, one sample's shape, network, where. */
const networks: readonly [string, readonly number[], Network, Hyperparameters][] = [
  [
    'one wStd for all',
    [3],
    ({ w }) => serial(Dense(4, { wStd: w }), Relu(), Dense(1, { wStd: w })),
    { w: 1.3 },
  ],
  [
    'weights and biases of each layer',
    [3],
    ({ w1, b1, w2, b2 }) =>
      serial(Dense(4, { wStd: w1, bStd: b1 }), Relu(), Dense(1, { wStd: w2, bStd: b2 })),
    { w1: 1.3, b1: 0.4, w2: 0.8, b2: 0.2 },
  ],
  ['a bias of 0', [3], ({ b }) => serial(Dense(4, { bStd: b }), Relu(), Dense(1)), { b: 0 }],
  [
    'standard parameterization',
    [3],
    ({ w, b }) => {
      const dense = (n: number) => Dense(n, { wStd: w, bStd: b, parameterization: 'standard' });
      return serial(dense(4), Relu(), dense(1));
    },
    { w: 1.3, b: 0.4 },
  ],
  ['a slope', [3], ({ alpha }) => serial(Dense(4), LeakyRelu(alpha), Dense(1)), { alpha: 0.2 }],
  [
    'two slopes',
    [3],
    ({ a, b }) => serial(Dense(4, { bStd: 0.3 }), ABRelu(a, b), Dense(1)),
    { a: -0.5, b: 1.2 },
  ],
  ['equal slopes', [3], ({ a, b }) => serial(Dense(4), ABRelu(a, b), Dense(1)), { a: 0.7, b: 0.7 }],
  ['Erf', [3], ({ a, b, c }) => serial(Dense(4), Erf({ a, b, c }), Dense(1)), { a: 0.9, b: 1.3, c: 0.4 }],
  [
    'Erf at its defaults',
    [3],
    ({ a, b, c }) => serial(Dense(4), Erf({ a, b, c }), Dense(1)),
    { a: 1, b: 1, c: 0 },
  ],
  ['Sin', [3], ({ a, b, c }) => serial(Dense(4), Sin({ a, b, c }), Dense(1)), { a: 0.9, b: 0.8, c: 0.4 }],
  ['Rbf', [3], ({ gamma }) => serial(Dense(4), Rbf(gamma), Dense(1)), { gamma: 0.3 }],
  ['Exp', [3], ({ a, b }) => serial(Dense(4, { wStd: 0.5 }), Exp({ a, b }), Dense(1)), { a: 0.8, b: 0.7 }],
  ['Gaussian', [3], ({ a, b }) => serial(Dense(4), Gaussian({ a, b }), Dense(1)), { a: 1.2, b: -0.4 }],
  [
    'ExpNormalized',
    [3],
    ({ gamma, shift }) => serial(Dense(4), ExpNormalized({ gamma, shift }), Dense(1)),
    { gamma: 1.3, shift: -0.6 },
  ],
  [
    'coefficients of a polynomial',
    [3],
    ({ one, two }) => serial(Dense(4, { wStd: 0.7 }), Polynomial([0.3, one, two]), Dense(1)),
    { one: -0.5, two: 0.4 },
  ],
  [
    'eps and a rate',
    [4, 3, 2],
    ({ eps, rate }) =>
      serial(Conv(4, [2, 2]), LayerNorm({ eps }), Relu(), Dropout(rate), Flatten(), Dense(1)),
    { eps: 0.1, rate: 0.8 },
  ],
  [
    'a convolutional network',
    [5, 4, 2],
    ({ w, b, out }) =>
      serial(
        Conv(4, [3, 3], { wStd: w, bStd: b, padding: 'SAME' }),
        Relu(),
        AvgPool([2, 2]),
        Dense(4, { wStd: out }),
        residual(serial(Conv(4, [2, 2], { wStd: w, bStd: b, padding: 'CIRCULAR' }), Relu(), Dense(4))),
        Relu(),
        GlobalAvgPool(),
        Dense(1, { wStd: out }),
      ),
    { w: 1.4, b: 0.3, out: 0.9 },
  ],
  [
    'attention',
    [5, 3],
    ({ key, value, out, bias, position }) =>
      serial(
        stax.GlobalSelfAttention({
          ...{ nChanOut: 4, nChanKey: 4, nChanVal: 4, nHeads: 2, linearScaling: true },
          ...{
            wKeyStd: key,
            wValueStd: value,
            wOutStd: out,
            bStd: bias,
            wPosEmbStd: position,
            posEmbType: 'SUM',
          },
        }),
        Relu(),
        GlobalAvgPool(),
        Dense(1),
      ),
    { key: 1.2, value: 0.8, out: 1.1, bias: 0.3, position: 0.7 },
  ],
];

describe.each(networks)('hyperparameterVjp: %s', (_, sample, layers, parameters) => {
  const network = (p: Record<string, number>) => layers(p).kernel;
  const x1 = generic([4, ...sample], 1);
  const x2 = generic([3, ...sample], 2);

  it.each([null, x2])('is the derivative by differences', async (other) => {
    const size = other === null ? 4 : 3;
    const cotangents = { nngp: generic([4, size], 3), ntk: generic([4, size], 4) };
    const loss = async (p: Record<string, number>) => {
      const k = await gram(network(p), x1, other, { get: ['nngp', 'ntk'] });
      const pairing = (name: 'nngp' | 'ntk') =>
        k[name].to1DArray().reduce((sum, entry, i) => sum + entry * cotangents[name].data[i], 0);
      return pairing('nngp') + pairing('ntk');
    };
    const gradient = await hyperparameterVjp(network, parameters, x1, other, cotangents);
    expect(Object.keys(gradient)).toEqual(Object.keys(parameters));
    for (const [name, value] of Object.entries(parameters)) {
      const expected = await derivative((t) => loss({ ...parameters, [name]: value + t }), 3e-4);
      expect(Math.abs(gradient[name] - expected)).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
    }
  });
});

describe('hyperparameterVjp', () => {
  const network = ({ w }: { w: number }) => Dense(1, { wStd: w }).kernel;
  const x = generic([3, 2]);
  const nngp = generic([3, 3]);

  it('has the same bits for any number of threads', async () => {
    const many = generic([60, 2]);
    const cotangents = { nngp: generic([60, 60]), ntk: generic([60, 60], 2) };
    const net = ({ w, b }: { w: number; b: number }) =>
      serial(Dense(4, { wStd: w, bStd: b }), Relu(), Dense(1, { wStd: w })).kernel;
    const by = (threads: number) =>
      hyperparameterVjp(net, { w: 1.2, b: 0.3 }, many, null, cotangents, { threads });
    expect(await by(2)).toEqual(await by(1));
  });

  it('says which argument is wrong', async () => {
    const call = (...args: unknown[]) =>
      (hyperparameterVjp as (...all: unknown[]) => Promise<unknown>)(...args);
    await expect(call(stax.Dense(1), { w: 1 }, x, null, { nngp })).rejects.toThrow(
      /network must be a function/,
    );
    await expect(call(network, null, x, null, { nngp })).rejects.toThrow(/record of numbers/);
    await expect(call(network, { w: Number.NaN }, x, null, { nngp })).rejects.toThrow(
      /hyperparameter w must be/,
    );
    await expect(call(network, { w: 1 }, x, null, {})).rejects.toThrow(/cotangent/);
    await expect(call(network, { w: 1 }, x, null, { nngp: x })).rejects.toThrow(/\[3, 3\]/);
  });
});
