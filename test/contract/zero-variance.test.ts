import { describe, expect, it } from 'vitest';
import { type NdArray, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { byEngine, byTf, type Computed, generic } from '../support/compute.js';

/** Every nonlinearity. */
const nonlinearities: [string, AnyLayer][] = [
  ['Relu', stax.Relu()],
  ['LeakyRelu', stax.LeakyRelu(0.2)],
  ['ABRelu', stax.ABRelu(-0.5, 1.5)],
  ['Abs', stax.Abs()],
  ['Erf', stax.Erf({ c: 0.3 })],
  ['Gelu', stax.Gelu()],
  ['Sigmoid_like', stax.Sigmoid_like()],
  ['Gabor', stax.Gabor()],
  ['Sin', stax.Sin({ c: 0.2 })],
  ['Cos', stax.Cos()],
  ['Rbf', stax.Rbf(0.5)],
  ['Exp', stax.Exp({ b: 0.5 })],
  ['Gaussian', stax.Gaussian({ b: -0.4 })],
  ['ExpNormalized', stax.ExpNormalized()],
  ['Sign', stax.Sign()],
  ['Hermite(0)', stax.Hermite(0)],
  ['Hermite(2)', stax.Hermite(2)],
  ['Hermite(3)', stax.Hermite(3)],
  ['Monomial(2)', stax.Monomial(2)],
  ['Monomial(3)', stax.Monomial(3)],
  ['Polynomial', stax.Polynomial([0.3, -0.5, 0.2])],
  ['RectifiedMonomial(0)', stax.RectifiedMonomial(0)],
  ['RectifiedMonomial(1)', stax.RectifiedMonomial(1)],
  ['RectifiedMonomial(2)', stax.RectifiedMonomial(2)],
  ['RectifiedMonomial(3)', stax.RectifiedMonomial(3)],
  ['tanh', stax.ElementwiseNumerical('tanh', 7)],
  ['sigmoid', stax.ElementwiseNumerical('sigmoid', 7)],
  ['softplus', stax.ElementwiseNumerical('softplus', 7)],
  ['silu', stax.ElementwiseNumerical('silu', 7)],
  ['elu', stax.ElementwiseNumerical('elu', 7)],
  ['a function of one’s own', stax.ElementwiseNumerical((x) => x.sin(), 7, { df: (x) => x.cos() })],
];

/** Without biases: the variances of zero rows are 0, and where they are again after the second nonlinearity. */
const netOf = (layer: AnyLayer): Layer =>
  stax.serial(stax.Dense(1), layer as Layer, stax.Dense(1), layer as Layer, stax.Dense(1));

const row = [0.6, -0.3, 0.8];
const zero = [0, 0, 0];
const rows = (...list: number[][]): NdArray<Float64Array> => ({
  shape: [list.length, 3],
  data: Float64Array.from(list.flat()),
});

const inputs: [string, NdArray, NdArray | null][] = [
  ['zero rows', rows(zero, row, zero), null],
  ['zero rows beside others', rows(zero, row), generic([2, 3], 5)],
  ['others beside zero rows', generic([3, 3], 5), rows(zero)],
  ['identical rows', rows(row, row), null],
  ['identical rows beside their copies', rows(row, row), rows(row)],
  ['zero rows alone', rows(zero), rows(zero)],
];

describe.each(nonlinearities)('%s without biases', (name, layer) => {
  const net = netOf(layer);

  it.each(inputs)('has finite values and gradients for %s', async (_, x1, x2) => {
    expectFinite(byTf(net, x1, x2));
    if (name === 'a function of one’s own') return;
    expectFinite(await byEngine(net, x1, x2, 'float64'));
    expectFinite(await byEngine(net, x1, x2, 'float32'));
  });
});

function expectFinite({ nngp, ntk, gradients }: Computed): void {
  for (const numbers of [nngp, ntk, ...gradients]) {
    expect(Array.from(numbers).filter((entry) => !Number.isFinite(entry))).toEqual([]);
  }
}

describe('at images of zeros', () => {
  const conv = (strides = [1, 1]) => stax.Conv(1, [3, 3], { padding: 'SAME', strides, wStd: Math.SQRT2 });
  const block = (strides: number[], shortcut: Layer): AnyLayer[] => [
    stax.FanOut(2),
    stax.parallel(stax.serial(stax.Relu(), conv(strides), stax.Relu(), conv()), shortcut),
    stax.FanInSum(),
  ];
  const wideResnet = stax.serial(
    conv(),
    ...block([1, 1], stax.Identity()),
    ...block([2, 2], conv([2, 2])),
    stax.AvgPool([2, 2]),
    stax.Flatten(),
    stax.Dense(1),
  ) as Layer;
  const convNet = stax.serial(conv(), stax.Relu(), stax.Flatten(), stax.Dense(1));

  it.each([
    ['a WideResNet', wideResnet],
    ['a convolution, Relu and Flatten', convNet],
  ] as const)('%s has the gradient 0', async (_, net) => {
    const zeros = { shape: [2, 4, 4, 3], data: new Float64Array(96) };
    for (const x2 of [null, zeros, generic([2, 4, 4, 3], 3)]) {
      for (const { nngp, ntk, gradients } of [
        await byEngine(net, zeros, x2, 'float64'),
        await byEngine(net, zeros, x2, 'float32'),
        byTf(net, zeros, x2),
      ]) {
        expect(Math.max(...[...Array.from(nngp), ...Array.from(ntk)].map(Math.abs))).toBe(0);
        if (x2 === null) expect(Math.max(...Array.from(gradients[0], Math.abs))).toBe(0);
        for (const gradient of gradients) expect(Array.from(gradient).every(Number.isFinite)).toBe(true);
      }
    }
  });
});
