import type * as tf from '#tf';
import { isTensor } from '../base/is-tensor.js';
import { received } from '../base/received.js';
import { checkInputs, eachNamed } from '../inputs/check-input.js';
import { factsOf, pairOfPatterns, zeroMasked } from '../inputs/read-samples.js';
import { tensorRows } from '../inputs/rows.js';
import { standardInputs } from '../inputs/standard-inputs.js';
import type { Traceable } from '../tracing/trace.js';
import { leavesOf, mapTree, type Shape, type Tree } from '../tracing/tree.js';
import { executorFor } from './executors.js';
import type { KernelCall } from './kernel-call.js';
import type { ReadKernelOptions } from './kernel-options.js';

/** A kernel function called on samples. @throws ShapeError, NonFiniteError, DisposedError, TypeError for what are none. */
export function callOnTensors(
  layer: Traceable,
  given1: Tree<tf.Tensor>,
  given2: Tree<tf.Tensor> | null,
  options: ReadKernelOptions,
): KernelCall {
  eachNamed('x1', given1, requireTensor);
  if (given2 !== null) eachNamed('x2', given2, requireTensor);
  const axes = options.axes ?? layer.axes;
  const standard1 = standardInputs('kernel', axes, given1);
  const standard2 = given2 && standardInputs('kernel', axes, given2);
  const x1 = zeroMasked(standard1, options.maskConstant);
  const x2 = standard2 && zeroMasked(standard2, options.maskConstant);
  checkInputs('kernel', x1, x2);
  const [n1, n2] = [batchOf(x1), batchOf(x2 ?? x1)];
  const [pattern1, pattern2] = pairOfPatterns('kernel', options, given2 === null);
  const { maskConstant } = options;
  const same = given2 !== null && sameLeaves(given1, given2) && pattern1 === pattern2;
  const facts1 = factsOf('kernel', standard1, maskConstant, pattern1);
  const facts2 = standard2 && (same ? facts1 : factsOf('kernel', standard2, maskConstant, pattern2));
  return {
    start: {
      from: 'inputs',
      shapes: mapTree<tf.Tensor, Shape>(x1, ({ shape }) => shape.slice(1)),
      ...(options.axes && { axes: options.axes }),
      ...(maskConstant !== undefined && { masked: true }),
      ...(pattern1 !== null && { hasPattern: true }),
    },
    sourcesOf(row) {
      const rows1 = tensorRows(x1, row, facts1);
      const rows2 = x2 === null || same ? null : tensorRows(x2, row, facts2!);
      const pair = { x1: rows1, x2: rows2 };
      return { pair, x1: () => ({ x1: rows1 }), x2: () => rows2 && { x1: rows2 } };
    },
    given: [],
    repeatsCov1: same,
    executor: executorFor(options.executor),
    ...{ n1, n2, x1IsX2: x2 === null || same, facts1, facts2 },
  };
}

const batchOf = (x: Tree<tf.Tensor>): number => leavesOf(x)[0].shape[0];

/** Whether two trees hold the very same leaves. */
function sameLeaves(a: Tree<object>, b: Tree<object>): boolean {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  return left.length === right.length && left.every((leaf, i) => leaf === right[i]);
}

function requireTensor(x: tf.Tensor, name: string): void {
  if (!isTensor(x)) {
    const remedy =
      typeof x === 'string'
        ? "Pass null for x2: kernel(x1, null, 'ntk')."
        : 'Pass e.g. tf.tensor2d(…); arrays and matrices go to gram.';
    throw new TypeError(`kernel: ${name} must be a tensor or a Kernel, ${received(x, remedy)}`);
  }
}
