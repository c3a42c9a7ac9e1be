import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, it } from 'vitest';
import type { ExecutorName } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { buildNet, goldenInput } from '../support/net.js';
import {
  Extremes,
  expected,
  expectGolden,
  type GoldenCase,
  supported,
  type WaveSpec,
  wave,
} from './cases.js';

/** Compares `kernel(x1, x2)` on float32 tensors, and its gradients by `tf.grads`, with all golden cases. */
export function testThroughTensors(executor: ExecutorName): void {
  const extremes = new Extremes();
  afterAll(() => console.info(extremes.line(`golden f32 ${executor}`)));

  describe(`executor ${executor} in float32`, () => {
    it.each(supported.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
      const errors = tf.tidy(() => ({
        values: valueError(golden, executor),
        ...gradientError(golden, executor),
      }));
      extremes.add(name, errors);
      expectGolden(golden, 'float32', errors);
    });
  });
}

function inputs({ x1, x2 }: GoldenCase): [tf.Tensor, tf.Tensor | null] {
  const tensor = (spec: GoldenCase['x1']) => {
    const { data, shape } = goldenInput(spec);
    return tf.tensor(Float32Array.from(data), [...shape]);
  };
  return [tensor(x1), x2 && tensor(x2)];
}

function valueError(golden: GoldenCase, executor: ExecutorName): number {
  const [x1, x2] = inputs(golden);
  const { nngp, ntk } = buildNet(golden.net).kernel(x1, x2, ['nngp', 'ntk'], { executor });
  return Math.max(
    relativeError(nngp.dataSync(), expected(golden, 'nngp')),
    relativeError(ntk.dataSync(), expected(golden, 'ntk')),
  );
}

function gradientError(golden: GoldenCase, executor: ExecutorName): { gradients?: number } {
  const { vjp } = golden;
  if (vjp === undefined) return {};
  const [x1, x2] = inputs(golden);
  const { kernel } = buildNet(golden.net);
  const weighted = (field: tf.Tensor, spec: WaveSpec) =>
    tf.sum(tf.mul(field, tf.tensor(Float32Array.from(wave(spec, field.size)), field.shape)));
  const loss = (a: tf.Tensor, b: tf.Tensor | null) => {
    const { nngp, ntk } = kernel(a, b, ['nngp', 'ntk'], { executor });
    return tf.add(weighted(nngp, vjp.cotangents.nngp), weighted(ntk, vjp.cotangents.ntk));
  };
  const gradients = x2 === null ? [tf.grad((a) => loss(a, null))(x1)] : tf.grads(loss)([x1, x2]);
  const wanted = vjp.x2 === undefined ? [vjp.x1] : [vjp.x1, vjp.x2];
  return { gradients: Math.max(...wanted.map((e, i) => relativeError(gradients[i].dataSync(), e))) };
}
