import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';

const images = { 1: [7, 2], 2: [7, 6, 2], 3: [5, 4, 3, 2] } as const;
const windows = { 1: [3], 2: [3, 2], 3: [3, 2, 2] } as const;
const strides = { 1: [2], 2: [2, 3], 3: [2, 1, 2] } as const;

const rawLayers = (rank: 1 | 2 | 3): [string, stax.Layer][] =>
  (['VALID', 'SAME', 'CIRCULAR'] as const).flatMap((padding): [string, stax.Layer][] => [
    [`Conv ${padding}`, stax.Conv(4, windows[rank], { padding, bStd: 0.1 })],
    [`Conv ${padding}, strides`, stax.Conv(4, windows[rank], { padding, strides: strides[rank] })],
    [`AvgPool ${padding}`, stax.AvgPool(windows[rank], { padding })],
    [
      `AvgPool ${padding}, strides`,
      stax.AvgPool(windows[rank], { padding, strides: strides[rank], normalizeEdges: true }),
    ],
    [`SumPool ${padding}, strides`, stax.SumPool(windows[rank], { padding, strides: strides[rank] })],
  ]);

const anyRank: [string, stax.Layer][] = [
  ['Dense', stax.Dense(3, { bStd: 0.1 })],
  ['Dense standard', stax.Dense(3, { parameterization: 'standard', s: [1, 2], bStd: 0.1 })],
  ['Flatten', stax.Flatten()],
  ['Identity', stax.Identity()],
  ['GlobalAvgPool', stax.GlobalAvgPool()],
  ['GlobalSumPool', stax.GlobalSumPool()],
  ['Relu', stax.Relu()],
  ['LeakyRelu', stax.LeakyRelu(0.1)],
  ['ABRelu', stax.ABRelu(1, -2)],
  ['Abs', stax.Abs()],
  ['Erf', stax.Erf({ a: 2 })],
  ['Gelu', stax.Gelu()],
  ['branches', stax.serial(stax.FanOut(2), stax.parallel(stax.Dense(4), stax.Dense(4)), stax.FanInSum())],
];

/** Shapes of two samples' outputs by init, apply, and kernel (from its shape1, and from its covariances). */
function shapesOf(layer: stax.Layer, sample: readonly number[]) {
  const net = stax.serial(stax.Dense(4), layer);
  const [byInit, params] = net.init(random.key(0), [2, ...sample]);
  const x = tf.randomNormal([2, ...sample], 0, 1, 'float32', 7);
  const { nngp, cov1, shape1 } = net.kernel(x, null, ['nngp', 'cov1', 'shape1'], { executor: 'tf' });
  return {
    byInit,
    byApply: net.apply(params, x).shape,
    byKernel: shape1,
    nngp: nngp.shape,
    cov1: cov1.shape,
  };
}

describe.each([1, 2, 3] as const)('init, apply and kernel agree on shapes with %i spatial axes', (rank) => {
  test.each([...rawLayers(rank), ...anyRank])('%s', (_, layer) => {
    const { byInit, byApply, byKernel, nngp, cov1 } = shapesOf(layer, images[rank]);
    expect(byApply).toEqual(byInit);
    expect(byKernel).toEqual(byInit);
    const pairs = byInit.slice(1, -1).flatMap((n) => [n, n]);
    expect(nngp).toEqual([2, 2, ...pairs]);
    expect(cov1).toEqual([2, ...pairs]);
  });
});

describe('init, apply and kernel agree on shapes without spatial axes', () => {
  const pointLayers: [string, stax.Layer][] = [
    ['Conv', stax.Conv(5, [], { bStd: 0.1 })],
    ['AvgPool', stax.AvgPool([])],
  ];
  test.each([...anyRank, ...pointLayers])('%s', (_, layer) => {
    const { byInit, byApply, byKernel, nngp } = shapesOf(layer, [3]);
    expect(byApply).toEqual(byInit);
    expect(byKernel).toEqual(byInit);
    expect(nngp).toEqual([2, 2]);
  });
});

test('the batch size of init is handed through', () => {
  const layer = stax.serial(stax.FanOut(2), stax.parallel(stax.Dense(3), stax.Dense(5)));
  expect(layer.init(random.key(0), [-1, 4])[0]).toEqual([
    [-1, 3],
    [-1, 5],
  ]);
});

test('a layer is a triple by position and by name', () => {
  const net = stax.serial(stax.Dense(3), stax.Relu());
  const [init, apply, kernel] = net;
  expect([init, apply, kernel]).toEqual([net.init, net.apply, net.kernel]);
  expect(traceProgram(net, [4]).ops).toHaveLength(3);
});
