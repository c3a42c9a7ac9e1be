import * as tf from '@tensorflow/tfjs';
import type { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { engineExecutor } from '../../../src/executors/engine/executor.js';
import { tfExecutor } from '../../../src/executors/tf/executor.js';
import { gram, random, stax } from '../../../src/index.js';
import type { AttentionOp } from '../../../src/program/ops/attention.js';
import type { AnyOp } from '../../../src/program/ops/index.js';
import type { Program } from '../../../src/program/program.js';
import { relativeError } from '../../support/compare.js';
import { tolerance } from '../../support/tolerance.js';

const image = [2, 1, 3];
const positions = 6;
const channels = 2;
const inputSize = positions * channels;

const weights = { op: 'affine', scale: 1.7, shift: 0.1, ntkFromNngp: 1.7, ntkShift: 0.1 } as const;
const relu = { op: 'activation', fn: 'abRelu', params: [0, 1] } as const;

/** Weights and a ReLU, the op, weights and a ReLU, and the mean over all positions. */
function programWith(op: AnyOp, tableSize: number): Program {
  const { shape } = op;
  const ones = shape.map(() => 1);
  return {
    version: 1,
    rowSize: inputSize + tableSize,
    inputSize,
    ops: [
      { op: 'gram', inputs: [], shape: image, channels, at: 0 },
      { ...weights, inputs: [0], shape: image },
      { ...relu, inputs: [1], shape: image },
      { ...weights, inputs: [2], shape: image },
      { ...op, inputs: [3] },
      { ...weights, inputs: [4], shape },
      { ...relu, inputs: [5], shape },
      {
        op: 'pool',
        inputs: [6],
        shape: [],
        window: shape,
        strides: ones,
        low: shape.map(() => 0),
        scale: 0.1,
      },
    ],
    output: 7,
  };
}

const rows = (count: number, seed: number, table: (sample: number) => readonly number[]): tf.Tensor => {
  const inputs = random.normal(random.key(seed), [count, inputSize]).data;
  const row = (i: number) => [...inputs.slice(i * inputSize, (i + 1) * inputSize), ...table(i)];
  return tf.tensor(Array.from({ length: count }, (_, i) => row(i)));
};

/** Values, and gradients of weighted sums of nngp and ntk. */
function compare(program: Program, x1: tf.Tensor, x2: tf.Tensor | null): void {
  const fields = ['nngp', 'ntk'] as const;
  const by = (executor: typeof tfExecutor) => {
    const loss = (a: tf.Tensor, b: tf.Tensor | null) => {
      const result = executor.evaluate(program, { x1: a, x2: b }, fields);
      return tf.addN(
        fields.map((field, f) =>
          result[field]!.flatten()
            .mul(tf.sin(tf.range(f, f + result[field]!.size)))
            .sum(),
        ),
      );
    };
    const values = executor.evaluate(program, { x1, x2 }, ['nngp', 'ntk', 'cov1']);
    const gradients = x2 ? tf.grads(loss)([x1, x2]) : [tf.grad((a) => loss(a, null))(x1)];
    return {
      values: (['nngp', 'ntk', 'cov1'] as const).map((field) => values[field]!.dataSync()),
      gradients: gradients.map((g) => g.slice([0, 0], [g.shape[0], inputSize]).dataSync()),
    };
  };
  const [engine, plain] = [by(engineExecutor), by(tfExecutor)];
  engine.values.forEach((value, i) => {
    expect(relativeError(value, plain.values[i])).toBeLessThan(tolerance.f32.values);
  });
  engine.gradients.forEach((gradient, i) => {
    expect(relativeError(gradient, plain.gradients[i])).toBeLessThan(tolerance.f32.gradients);
  });
}

describe('a matrix over positions', () => {
  const shape = [2, 2];
  const entry = (seed: number, i: number) => (i % 3 === 0 ? 0 : Math.fround(Math.sin(seed + 2 * i)));
  const numbers = (seed: number) => Array.from({ length: 4 * positions }, (_, i) => entry(seed, i));

  it('of each sample is read from its row', () => {
    const program = programWith(
      { op: 'transform', inputs: [], shape, matrix: { at: inputSize } },
      4 * positions,
    );
    const x1 = rows(3, 1, (i) => numbers(i));
    compare(
      program,
      x1,
      rows(2, 2, (i) => numbers(7 + i)),
    );
    compare(program, x1, null);
  });

  it('for all samples is the same in rows and as a constant', () => {
    const values = Array.from({ length: 4 }, (_, i) => numbers(1).slice(i * positions, (i + 1) * positions));
    const constant = programWith({ op: 'transform', inputs: [], shape, matrix: { values } }, 0);
    const [x1, x2] = [rows(3, 1, () => []), rows(2, 2, () => [])];
    compare(constant, x1, x2);
    const byRow = programWith(
      { op: 'transform', inputs: [], shape, matrix: { at: inputSize } },
      4 * positions,
    );
    const fromRows = engineExecutor.evaluate(
      byRow,
      { x1: rows(3, 1, () => numbers(1)), x2: rows(2, 2, () => numbers(1)) },
      ['ntk'],
    );
    const fromConstant = engineExecutor.evaluate(constant, { x1, x2 }, ['ntk']);
    expect([...fromRows.ntk!.dataSync()]).toEqual([...fromConstant.ntk!.dataSync()]);
  });
});

describe('attention', () => {
  it.each(['softmax', 'identity', 'abs', 'relu'] as const)('leaves out keys, by %s', (mechanism) => {
    const bias = Array.from({ length: positions }, (_, i) =>
      Array.from({ length: positions }, (__, j) => Math.cos(i - 2 * j) - 0.4),
    );
    const op: AttentionOp = {
      ...{ op: 'attention', inputs: [], shape: image, mechanism },
      ...{ scale: 0.7, bias, keys: inputSize },
    };
    const program = programWith(op, positions);
    const keys = (i: number) => Array.from({ length: positions }, (_, p) => Number((p + i) % 3 !== 0));
    const x1 = rows(3, 3, keys);
    compare(
      program,
      x1,
      rows(2, 4, (i) => keys(i + 1)),
    );
    compare(program, x1, null);
    const none = rows(3, 3, () => keys(0).map(() => 0));
    compare(program, none, null);
  });

  it('takes images of many positions, in groups of any size', async () => {
    const attention = stax.GlobalSelfAttention({ nChanOut: 1, nChanKey: 1, nChanVal: 1, nHeads: 1 });
    const { kernel } = stax.serial(stax.Conv(1, [3, 3]), attention, stax.Relu(), stax.Flatten());
    const x = {
      shape: [3, 10, 9, 2],
      data: Float64Array.from(random.normal(random.key(5), [3, 10, 9, 2]).data),
    };
    const whole: Matrix = await gram(kernel, x, null, { get: 'ntk' });
    const single = await gram(kernel, x, null, { get: 'ntk', block: { rows: 1, columns: 1 } });
    expect(single.to1DArray()).toEqual(whole.to1DArray());
  });
});
