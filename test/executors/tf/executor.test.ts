import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/executors/executor.js';
import { tfExecutor } from '../../../src/executors/tf/executor.js';
import { stax } from '../../../src/index.js';
import type { AnyOp } from '../../../src/program/ops/index.js';
import type { Program } from '../../../src/program/program.js';
import type { CovarianceField } from '../../../src/program/result.js';

const all: CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

const gram: AnyOp = { op: 'gram', inputs: [], shape: [2, 3], channels: 2, at: 0 };
const weights = { scale: 2, shift: 0.1, ntkFromNngp: 2, ntkShift: 0.1 };
const relu = { op: 'activation', fn: 'abRelu', params: [0, 1] } as const;

/** gram → affine → relu twice → sum of both, its first operand read twice. */
const branching: Program = {
  version: 1,
  rowSize: 12,
  inputSize: 12,
  ops: [
    gram,
    { op: 'affine', inputs: [0], shape: [2, 3], ...weights },
    { ...relu, inputs: [1], shape: [2, 3] },
    { op: 'affine', inputs: [2], shape: [2, 3], ...weights },
    { op: 'sum', inputs: [1, 3, 1], shape: [2, 3] },
  ],
  output: 4,
};

const input = (n: number, phase: number): tf.Tensor =>
  tf.tensor(
    Array.from({ length: n * 12 }, (_, k) => Math.sin(phase + k)),
    [n, 2, 3, 2],
  );

const numbers = (tensor: tf.Tensor | null | undefined): number[] => [...tensor!.dataSync()];

describe('tfExecutor', () => {
  it('returns only what is wanted, and keeps no other tensor', () => {
    const [x1, x2] = [input(2, 1), input(3, 5)];
    const before = tf.memory().numTensors;
    const result = tfExecutor.evaluate(branching, { x1, x2 }, ['ntk', 'cov2']);
    expect(Object.keys(result)).toEqual(['ntk', 'cov2']);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(result.ntk!.shape).toEqual([2, 3, 2, 2, 3, 3]);
    expect(result.cov2!.shape).toEqual([3, 2, 2, 3, 3]);
    tf.dispose([result.ntk!, result.cov2!]);
    const gradient = tf.grad((x) => tf.sum(tfExecutor.evaluate(branching, { x1: x, x2 }, ['ntk']).ntk!))(x1);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([gradient, x1, x2]);
  });

  it('takes x2 null as x1, with cov2 null', () => {
    const [alone, twice] = [null, 'x1'].map((x2) => {
      const x1 = input(2, 1);
      return tfExecutor.evaluate(branching, { x1, x2: x2 === null ? null : tf.clone(x1) }, all);
    });
    expect(alone.cov2).toBeNull();
    expect(numbers(twice.cov2)).toEqual(numbers(twice.cov1));
    expect(numbers(alone.nngp)).toEqual(numbers(twice.nngp));
    expect(numbers(alone.ntk)).toEqual(numbers(twice.ntk));
  });

  it('disposes of nothing that it still reads, where an op changes nothing', () => {
    const heads = { nChanOut: 4, nChanKey: 4, nChanVal: 4, nHeads: 2 };
    const attention = stax.GlobalSelfAttention({
      ...heads,
      linearScaling: false,
      attentionMechanism: 'IDENTITY',
    });
    const [one, image] = [tf.ones([2, 3]), tf.ones([2, 1, 3])];
    const options = { executor: 'tf' } as const;
    const [alone, onImage] = [one, image].map((x) => attention.kernel(x, null, 'ntk', options).dataSync());
    expect(alone).toEqual(onImage);
  });

  it('gives a Program that has no weights a tangent kernel of zeros', () => {
    const { ntk } = tfExecutor.evaluate(
      { version: 1, rowSize: 12, inputSize: 12, ops: [gram], output: 0 },
      { x1: input(1, 0), x2: null },
      all,
    );
    expect(ntk!.shape).toEqual([1, 1, 2, 2, 3, 3]);
    expect(numbers(ntk).every((entry) => entry === 0)).toBe(true);
  });

  it('continues from given covariances where another run stopped', () => {
    const head: Program = {
      version: 1,
      rowSize: 12,
      inputSize: 12,
      ops: branching.ops.slice(0, 2),
      output: 1,
    };
    const tail: Program = {
      version: 1,
      rowSize: 12,
      inputSize: 12,
      ops: [
        { op: 'given', inputs: [], shape: [2, 3], index: 0 },
        { ...relu, inputs: [0], shape: [2, 3] },
        { op: 'affine', inputs: [1], shape: [2, 3], ...weights },
        { op: 'sum', inputs: [0, 2, 0], shape: [2, 3] },
      ],
      output: 3,
    };
    const [x1, x2] = [input(2, 1), input(3, 5)];
    const { nngp, ntk, cov1, cov2 } = tfExecutor.evaluate(head, { x1, x2 }, all);
    const given = { nngp: nngp!, ntk: ntk!, cov1: cov1!, cov2: cov2! };
    const inTwo = tfExecutor.evaluate(tail, { given: [given] }, all);
    const inOne = tfExecutor.evaluate(branching, { x1, x2 }, all);
    for (const field of all) expect(numbers(inTwo[field])).toEqual(numbers(inOne[field]));
  });

  it('says when the source is not what the Program starts from', () => {
    const x1 = input(1, 0);
    const one = tf.ones([1, 1]);
    const given: Source = { given: [{ nngp: one, ntk: null, cov1: tf.ones([1]), cov2: null }] };
    expect(() => tfExecutor.evaluate(branching, given, all)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: gram: the Program reads the samples' rows, got covariances alone. Pass { x1, x2 } as the source.]`,
    );
    const program: Program = {
      version: 1,
      rowSize: 12,
      inputSize: 12,
      ops: [{ op: 'given', inputs: [], shape: [], index: 0 }],
      output: 0,
    };
    expect(() => tfExecutor.evaluate(program, { x1, x2: null }, all)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: given: the Program starts from covariances, got inputs. Pass { given } as the source.]`,
    );
  });
});
