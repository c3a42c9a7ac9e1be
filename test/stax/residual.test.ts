import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { Dense, FanInSum, FanOut, Identity, parallel, Relu, residual, Scale, serial } = stax;

const branch = serial(Relu(), Dense(4));

test('residual is the sum of shortcut and scaled branch', () => {
  const shortcut = Dense(4, { wStd: 2 });
  const short = residual(branch, { scale: 0.3, shortcut });
  const long = serial(FanOut(2), parallel(shortcut, serial(branch, Scale(0.3))), FanInSum());
  const net = (block: stax.AnyLayer) => serial(Dense(4), block as stax.Layer);
  expect(traceProgram(net(short), [3])).toEqual(traceProgram(net(long), [3]));
  const [, params] = short.init(random.key(0), [-1, 4]);
  const x = tf.tensor2d([[1, -2, 3, 0.5]]);
  const [, [left, [right]]] = params as [[], [stax.Params, [stax.Params]]];
  const sum = shortcut.apply(left, x).add(branch.apply(right, x).mul(0.3));
  expect(relativeError(short.apply(params, x).dataSync(), sum.dataSync())).toBeLessThan(
    tolerance.f32.rounding,
  );
});

test('a residual block is by default the identity plus its branch', () => {
  const plain = serial(Dense(4), FanOut(2), parallel(Identity(), branch), FanInSum());
  expect(traceProgram(serial(Dense(4), residual(branch)), [3])).toEqual(traceProgram(plain, [3]));
});

test('factors are finite numbers, branches Gaussian', () => {
  expect(() => Scale(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Scale: factor must be a finite number, got NaN.]`,
  );
  expect(() => residual(branch, { scale: Infinity })).toThrow('Scale: factor');
  expect(() => residual(branch, { alpha: 1 } as never)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: residual: has no option alpha. Its options are scale, shortcut.]`,
  );
  expect(() => traceProgram(serial(Dense(4), residual(Relu())), [3])).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: FanInSum: every branch must be Gaussian, got the output of Relu in branch 1. End that branch with a Dense or Conv layer.]`,
  );
});
