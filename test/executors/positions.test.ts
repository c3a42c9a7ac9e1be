import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { engineExecutor } from '../../src/executors/engine/executor.js';
import { compile } from '../../src/executors/engine/planning/compile.js';
import { tfExecutor } from '../../src/executors/tf/executor.js';
import { stax, traceProgram } from '../../src/index.js';
import type { CovarianceField } from '../../src/program/result.js';
import type { Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { generic, tensorOf } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { AvgPool, Conv, ConvLocal, Erf, LayerNorm, Relu, serial } = stax;

const conv = () => Conv(4, [2, 2], { wStd: 1.4, bStd: 0.3, padding: 'SAME' });

const nets: Record<string, Layer> = {
  'convolutions alone': serial(conv(), Relu(), conv()),
  'a pool': serial(conv(), LayerNorm(), Relu(), AvgPool([2, 2], { strides: [2, 1] }), conv()),
  'weights of each position': serial(ConvLocal(4, [2, 1]), Erf()),
};

const fields: CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

/** `[…batch, h, h', w, w']` to `[…batch, h, w]`. */
function diagonal(k: tf.Tensor): tf.Tensor {
  const [h, , w] = k.shape.slice(-4);
  const flat = k.reshape([-1, h, h, w, w]);
  const equal = tf
    .eye(h)
    .reshape([1, h, h, 1, 1])
    .mul(tf.eye(w).reshape([1, 1, 1, w, w]));
  return flat
    .mul(equal)
    .sum([2, 4])
    .reshape([...k.shape.slice(0, -4), h, w]);
}

describe.each(Object.entries(nets))('equal positions alone, of %s', (_, net) => {
  const program = traceProgram(net, [4, 3, 2]);
  const [x1, x2] = [generic([2, 4, 3, 2], 1), generic([3, 4, 3, 2], 2)];

  test.each([engineExecutor, tfExecutor])('are the diagonals of all, values and gradients', (executor) => {
    for (const withX2 of [true, false]) {
      tf.tidy(() => {
        const other = withX2 ? tensorOf(x2) : null;
        const all = executor.evaluate(program, { x1: tensorOf(x1), x2: other }, fields);
        const equal = executor.evaluate(program, { x1: tensorOf(x1), x2: other }, fields, 'equal');
        for (const field of fields) {
          const [a, b] = [all[field], equal[field]];
          if (!a || !b) {
            expect([a, b, withX2]).toEqual([null, null, false]);
            continue;
          }
          const expected = diagonal(a);
          expect(b.shape).toEqual(expected.shape);
          expect(relativeError(b.dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.rounding);
          const loss = (positions: 'all' | 'equal') => (x: tf.Tensor) => {
            const k = executor.evaluate(program, { x1: x, x2: other }, [field], positions)[field]!;
            return (positions === 'all' ? diagonal(k) : k).mul(tensorOf(generic(expected.shape, 3))).sum();
          };
          if (field === 'cov2') continue;
          const [g, h] = [loss('equal'), loss('all')].map((f) => tf.grad(f)(tensorOf(x1)).dataSync());
          expect(relativeError(g, h)).toBeLessThan(tolerance.f32.gradients);
        }
      });
    }
  });
});

test('the engine computes no other displacement for them than it must', () => {
  const work = (net: Layer, positions: 'all' | 'equal') =>
    compile(traceProgram(net, [8, 8, 2]), { dtype: 'float64', ntk: true, positions }).pair.work;
  const flat = serial(conv(), Relu(), conv(), Relu());
  // Input, two filters; the result at 225 displacements of which 64² pixels are in all.
  expect(work(flat, 'equal')).toBe(3 * 64);
  expect(work(flat, 'all')).toBe(3 * 64 ** 2);
});
