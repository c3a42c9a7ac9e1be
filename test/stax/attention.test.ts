import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { refusals } from '../support/refusals.js';
import { tolerance } from '../support/tolerance.js';

const { Dense, Flatten, GlobalAvgPool, GlobalSelfAttention, Relu, serial } = stax;

const sizes = { nChanOut: 3, nChanKey: 4, nChanVal: 2, nHeads: 2, bStd: 0.3 };
const attention = (options: Partial<stax.GlobalSelfAttentionOptions> = {}) =>
  GlobalSelfAttention({ ...sizes, ...options });

const mechanisms: readonly stax.AttentionMechanism[] = ['SOFTMAX', 'IDENTITY', 'ABS', 'RELU'];

const x = tf.randomNormal([2, 5, 3], 0, 1, 'float32', 1);
const embedded = { posEmbType: 'SUM', posEmbDecayFn: (distance: number) => Math.exp(-distance) } as const;

describe('masked positions are as if they were not there', () => {
  const options = (mechanism: stax.AttentionMechanism): Partial<stax.GlobalSelfAttentionOptions>[] => [
    { attentionMechanism: mechanism },
    { attentionMechanism: mechanism, ...embedded, valPosEmb: true },
    { attentionMechanism: mechanism, ...embedded, posEmbType: 'CONCAT' as const, nChanPosEmb: 2 },
    ...(mechanism === 'IDENTITY'
      ? [{ attentionMechanism: mechanism, ...embedded, linearScaling: false }]
      : []),
  ];
  const maskConstant = 9;
  const short = x.slice([0, 0, 0], [2, 3, 3]);
  const masked = tf.concat([short, tf.fill([2, 2, 3], maskConstant)], 1);

  test.each(mechanisms)('by %s', (mechanism) => {
    for (const each of options(mechanism)) {
      const net = serial(Dense(3), attention(each), Relu(), GlobalAvgPool(), Dense(1));
      for (const executor of ['engine', 'tf'] as const) {
        for (const field of ['nngp', 'ntk'] as const) {
          const whole = net.kernel(masked, null, field, { executor, maskConstant });
          const expected = net.kernel(short, null, field, { executor });
          expect(relativeError(whole.dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.values);
        }
      }
      if (each.posEmbType === undefined) {
        const [, params] = net.init(random.key(0), [-1, 5, 3]);
        const whole = net.apply(params, masked, { maskConstant });
        expect(relativeError(whole.dataSync(), net.apply(params, short).dataSync())).toBeLessThan(
          tolerance.f32.rounding,
        );
      }
    }
  });
});

test('embeddings that are added or channels give one kernel, up to scaling', () => {
  const net = (options: Partial<stax.GlobalSelfAttentionOptions>) =>
    serial(attention({ bStd: 0, attentionMechanism: 'ABS', valPosEmb: true, ...options }), Flatten());
  const added = net({ ...embedded }).kernel(x, null, 'nngp');
  const channels = net({ ...embedded, posEmbType: 'CONCAT' }).kernel(x, null, 'nngp');
  // Half of the channels are embeddings, and the kernel is of third degree in the covariances.
  const eighth = added.div(8);
  expect(relativeError(channels.dataSync(), eighth.dataSync())).toBeLessThan(tolerance.f32.rounding);
});

test('refuses what it cannot do', () => {
  const messages = refusals([
    () => attention({ nHeads: 0 }),
    () => attention({ attentionMechanism: 'TANH' as never }),
    () => attention({ posEmbType: 'ADD' as never }),
    () => attention({ wKeyStd: Number.NaN }),
    () => traceProgram(attention({ linearScaling: false }), [4, 3]),
    () => attention({ posEmbType: 'SUM', nChanPosEmb: 2 }).init(random.key(0), [-1, 4, 3]),
    () => traceProgram(attention({ posEmbType: 'SUM', posEmbDecayFn: () => Number.NaN }), [4, 3]),
    () => {
      const layer = attention({ posEmbType: 'SUM', posEmbDecayFn: () => 1 });
      layer.apply(layer.init(random.key(0), [-1, 5, 3])[1], x);
    },
    () => attention().apply(attention().init(random.key(0), [-1, 5, 2])[1], x),
  ]);
  expect(messages).toMatchInlineSnapshot(`
    [
      "ShapeError: GlobalSelfAttention: nHeads must be a positive integer, got 0.",
      "RangeError: GlobalSelfAttention: attentionMechanism must be 'SOFTMAX', 'IDENTITY', 'ABS' or 'RELU', got 'TANH'.",
      "RangeError: GlobalSelfAttention: posEmbType must be 'NONE', 'SUM' or 'CONCAT', got 'ADD'.",
      "RangeError: GlobalSelfAttention: wKeyStd must be a finite number, got NaN.",
      "UnsupportedError: GlobalSelfAttention: with linearScaling false only attentionMechanism 'IDENTITY' has a kernel, got 'SOFTMAX'. Use linearScaling: true, or apply alone.",
      "ShapeError: GlobalSelfAttention: embeddings that are added need as many channels as the inputs (3), got nChanPosEmb 2. Leave it out, or use posEmbType: 'CONCAT'.",
      "RangeError: GlobalSelfAttention: posEmbDecayFn must give finite numbers, got NaN at 0.",
      "RangeError: GlobalSelfAttention: posEmbDecayFn must give a positive definite covariance of positions, got a pivot of 0 at position 1. Pass e.g. (distance) => Math.exp(-distance).",
      "ShapeError: GlobalSelfAttention: x needs 2 channels, as its parameters have, got shape [2,5,3]. Pass the parameters that init drew for inputs of this shape.",
    ]
  `);
});

test('runs without a kernel where there is none', () => {
  const layer = attention({ linearScaling: false });
  const [shape, params] = layer.init(random.key(0), [-1, 5, 3]);
  expect(shape).toEqual([-1, 5, 3]);
  expect(layer.apply(params, x).shape).toEqual([2, 5, 3]);
});

test('takes samples and channels on any axes', () => {
  const first = attention({ ...embedded, channelAxis: 1 });
  const last = attention({ ...embedded });
  const [shape, params] = first.init(random.key(0), [-1, 3, 5]);
  expect(shape).toEqual([-1, 3, 5]);
  const standard = Object.fromEntries(
    Object.entries(params).map(([name, tensor]) => [
      name,
      ['b', 'embedding'].includes(name) ? tensor.transpose([0, 2, 1]) : tensor,
    ]),
  );
  const y = first.apply(params, x.transpose([0, 2, 1]));
  const expected = last.apply(standard, x);
  expect(relativeError(y.transpose([0, 2, 1]).dataSync(), expected.dataSync())).toBeLessThan(
    tolerance.f32.rounding,
  );
});
