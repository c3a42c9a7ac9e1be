import { expect, test } from 'vitest';
import { batchSizes } from '../../src/program/batch-sizes.js';
import type { AnyOp } from '../../src/program/ops/index.js';
import type { Program } from '../../src/program/program.js';

const gram: AnyOp = { op: 'gram', inputs: [], shape: [3], channels: 2, at: 0 };
const take: AnyOp = {
  op: 'mixBatch',
  inputs: [0],
  shape: [3],
  map: { kind: 'take', range: { start: null, stop: null, step: -1 } },
};
const program = (...ops: AnyOp[]): Program => ({
  version: 1,
  rowSize: 9,
  inputSize: 6,
  ops,
  output: ops.length - 1,
});

test('counts the samples of each op', () => {
  const join: AnyOp = { op: 'joinBatch', inputs: [0, 1], shape: [3] };
  const resize: AnyOp = {
    op: 'mixBatch',
    inputs: [2],
    shape: [3],
    map: { kind: 'resize', to: 7, method: 'linear', antialias: true },
  };
  expect(batchSizes(program(gram, take, join, resize), 4)).toEqual([4, 4, 8, 7]);
});

test("refuses ops that would read other samples' rows", () => {
  const aggregate: AnyOp = { op: 'transform', inputs: [1], shape: [3], matrix: { at: 6 } };
  expect(() => batchSizes(program(gram, take, aggregate), 4)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: kernel: a graph pattern or mask belongs to the samples of the inputs, got a layer that reads it after one that takes, joins or resizes batches. Put that layer first.]`,
  );
  const constant: AnyOp = { ...aggregate, matrix: { values: [[1, 0, 0]] }, shape: [1] };
  expect(batchSizes(program(gram, take, constant), 4)).toEqual([4, 4, 4]);
});
