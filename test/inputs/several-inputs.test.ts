import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { estimate, gram, gramVjp, programOf, releaseThreads, ridgeVisit, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { generic, tensorOf } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';
import { tolerance } from '../support/tolerance.js';

const dense = () => stax.Dense(4, { wStd: 1.4, bStd: 0.3 });

/** An image, and a list of two vectors, of which one joins the image's features. */
const net = stax.serial(
  stax.parallel(
    stax.serial(stax.Conv(4, [2, 2], { wStd: 1.3, bStd: 0.2 }), stax.Relu(), stax.Flatten(), dense()),
    stax.serial(stax.parallel(dense(), stax.serial(dense(), stax.Erf(), dense())), stax.FanInProd(), dense()),
  ),
  stax.FanInSum(),
  stax.Relu(),
  stax.Dense(1),
);

const inputs = (n: number, seed: number) => [
  generic([n, 3, 4, 2], seed),
  [generic([n, 5], seed + 1), generic([n, 3], seed + 2)],
];

type Inputs = ReturnType<typeof inputs>;

const tensors = (x: Inputs) =>
  x.map((input) => (Array.isArray(input) ? input.map(tensorOf) : tensorOf(input)));

const matrix = (rows: number, columns: number, seed: number) =>
  Matrix.from1DArray(rows, columns, [...generic([rows, columns], seed).data]);

const x1 = inputs(5, 1);
const x2 = inputs(4, 11);
const cotangents = { nngp: matrix(5, 4, 3), ntk: matrix(5, 4, 4) };

afterAll(releaseThreads);

describe('a network with several inputs', () => {
  it('reads them side by side', () => {
    const { rowSize, inputSize, ops } = programOf(net.kernel, [
      [3, 4, 2],
      [[5], [3]],
    ]);
    expect([rowSize, inputSize]).toEqual([32, 32]);
    expect(ops.flatMap((op) => (op.op === 'gram' ? [op.at] : []))).toEqual([0, 24, 29]);
  });

  it('is the kernel of its branches put together', async () => {
    const both = stax.serial(stax.parallel(stax.Dense(1), stax.Dense(1, { wStd: 2 })), stax.FanInSum());
    const [a, b] = [generic([5, 3], 1), generic([5, 4], 2)];
    const k = await gram(both.kernel, [a, b], null, { get: 'nngp' });
    const kA = await gram(stax.Dense(1).kernel, a, null, { get: 'nngp' });
    const kB = await gram(stax.Dense(1, { wStd: 2 }).kernel, b, null, { get: 'nngp' });
    expect(relativeError(k.to1DArray(), Matrix.add(kA, kB).to1DArray())).toBeLessThan(tolerance.f64.rounding);
  });

  it('is the same by engine and tf executor, values and gradients', async () => {
    const k = await gram(net.kernel, x1, x2, { get: ['nngp', 'ntk'] });
    const exact = await gramVjp(net.kernel, x1, x2, cotangents);
    for (const executor of ['engine', 'tf'] as const) {
      const leaves = tensors(x1).flat();
      const right = tensors(x2);
      const evaluate = ([image, a, b]: tf.Tensor[]) =>
        net.kernel([image, [a, b]], right, ['nngp', 'ntk'], { executor });
      const loss = (...left: tf.Tensor[]) => {
        const { nngp, ntk } = evaluate(left);
        const weighted = (field: tf.Tensor, by: Matrix) => tf.sum(tf.mul(field, tf.tensor(by.to2DArray())));
        return tf.add(weighted(nngp, cotangents.nngp), weighted(ntk, cotangents.ntk));
      };
      const { nngp, ntk } = evaluate(leaves);
      expect(relativeError(nngp.dataSync(), k.nngp.to1DArray())).toBeLessThan(tolerance.f32.values);
      expect(relativeError(ntk.dataSync(), k.ntk.to1DArray())).toBeLessThan(tolerance.f32.values);
      const gradients = tf.grads(loss)(leaves);
      exact.x1.flat().forEach(({ shape, data }, i) => {
        expect(gradients[i].shape).toEqual(shape);
        expect(relativeError(gradients[i].dataSync(), data)).toBeLessThan(tolerance.f32.gradients);
      });
    }
  });

  it('has the derivatives of its values', async () => {
    const { x1: gradient } = await gramVjp(net.kernel, x1, null, { ntk: matrix(5, 5, 4) });
    const [, [line]] = inputs(5, 21) as [unknown, ReturnType<typeof generic>[]];
    const lossAt = async (t: number) => {
      const [image, [a, b]] = x1 as [ReturnType<typeof generic>, ReturnType<typeof generic>[]];
      const k = await gram(net.kernel, [image, [along(a, line.data, t), b]], null, { get: 'ntk' });
      return Matrix.mul(k, matrix(5, 5, 4)).sum();
    };
    const difference = await derivative(lossAt);
    const [, [ofA]] = gradient as [unknown, ReturnType<typeof generic>[]];
    const slope = slopeAlong(ofA.data, line.data);
    expect(relativeError([difference], [slope])).toBeLessThan(tolerance.f64.line);
  });

  it('has the same bits for any number of threads', async () => {
    const one = await gramVjp(net.kernel, x1, x2, cotangents, { threads: 1 });
    const two = await gramVjp(net.kernel, x1, x2, cotangents, { threads: 2 });
    expect(two).toEqual(one);
  });

  it('has supports and targets in ridgeVisit', async () => {
    const [alpha, labels] = [matrix(5, 2, 6), matrix(4, 2, 7)];
    const visit = await ridgeVisit(net.kernel, x1, x2, alpha, labels, { get: 'ntk', gradient: true });
    const k = await gram(net.kernel, x1, x2, { get: 'ntk' });
    const residual = k.transpose().mmul(alpha).sub(labels);
    expect(visit.loss).toBeCloseTo(residual.clone().pow(2).sum() / 16, 10);
    const g = residual.div(8);
    const expected = await gramVjp(net.kernel, x1, x2, { ntk: alpha.mmul(g.transpose()) });
    visit.supportGradient!.flat().forEach(({ data }, i) => {
      expect(relativeError(data, expected.x1.flat()[i].data)).toBeLessThan(tolerance.f64.rounding);
    });
  });

  it('is estimated', async () => {
    const { resultBytes } = await estimate(
      net.kernel,
      [
        [3, 4, 2],
        [[5], [3]],
      ],
      10,
      null,
      {
        get: 'ntk',
        gradient: 'both',
      },
    );
    expect(resultBytes).toBe(8 * 10 * 32);
  });

  it('takes a list of Kernels in place of inputs', () => {
    const [first, second] = [stax.serial(stax.Dense(4), stax.Relu()), stax.Dense(4, { wStd: 2 })];
    const rest = stax.serial(stax.parallel(stax.Dense(4), stax.Identity()), stax.FanInSum(), stax.Erf());
    const whole = stax.serial(
      stax.parallel(stax.serial(first, stax.Dense(4)), second),
      stax.FanInSum(),
      stax.Erf(),
    );
    const [a, b] = [tensorOf(generic([3, 4], 1)), tensorOf(generic([3, 2], 2))];
    const [c, d] = [tensorOf(generic([2, 4], 3)), tensorOf(generic([2, 2], 4))];
    for (const [left, right] of [
      [
        [a, b],
        [c, d],
      ],
      [[a, b], null],
    ] as [tf.Tensor[], tf.Tensor[] | null][]) {
      const kernels = [first.kernel(left[0], right?.[0] ?? null), second.kernel(left[1], right?.[1] ?? null)];
      const inTwo = rest.kernel(kernels);
      const atOnce = whole.kernel(left, right);
      for (const field of ['nngp', 'ntk', 'cov1'] as const) {
        expect(relativeError(inTwo[field].dataSync(), atOnce[field].dataSync())).toBeLessThan(
          tolerance.f32.values,
        );
      }
      expect(inTwo.cov2?.shape).toEqual(atOnce.cov2?.shape);
      expect(inTwo.shape2).toEqual(atOnce.shape2);
    }
  });

  it('gives one result for each of several outputs', () => {
    const twoOutputs = stax.parallel(dense(), stax.serial(dense(), stax.Relu()));
    const [a, b] = [tensorOf(generic([3, 4], 1)), tensorOf(generic([3, 2], 2))];
    const [left, right] = twoOutputs.kernel([a, b], null, 'ntk', { executor: 'engine' });
    expect([...left.dataSync()]).toEqual([...dense().kernel(a, null, 'ntk').dataSync()]);
    const alone = stax.serial(dense(), stax.Relu()).kernel(b, null, 'ntk').dataSync();
    expect(relativeError(right.dataSync(), alone)).toBeLessThan(tolerance.f32.rounding);
  });

  it('flattens the inputs beside other layers on them', async () => {
    const branches = stax.parallel(
      stax.serial(stax.Flatten(), dense()),
      stax.serial(stax.Conv(4, [2, 2]), stax.Flatten(), dense()),
    );
    const { kernel } = stax.serial(stax.FanOut(2), branches, stax.FanInSum());
    const [x] = x1 as [ReturnType<typeof generic>, unknown];
    const k = await gram(kernel, x, null, { get: 'ntk' });
    const byTf = kernel(tensorOf(x), null, 'ntk', { executor: 'tf' });
    expect(relativeError(byTf.dataSync(), k.to1DArray())).toBeLessThan(tolerance.f32.values);
  });

  it('says when its inputs do not fit', () => {
    const two = stax.serial(stax.parallel(dense(), dense()), stax.FanInSum());
    const [a, b] = [tf.ones([3, 4]), tf.ones([2, 5])];
    expect(() => two.kernel([a, b])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: all inputs of x1 must have as many samples, got 3, 2.]`,
    );
    expect(() => two.kernel([a, a], [a])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: x2 must hold inputs as x1 does, got 1 for 2.]`,
    );
    expect(() => two.kernel([a, a], [a, tf.ones([3, 5])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: samples of x1[1] and x2[1] must have equal shapes, got [4] (x1[1] is [3,4]) and [5] (x2[1] is [3,5]). Give both the same spatial sizes and channels.]`,
    );
    expect(() => two.kernel([])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: x1 must hold an input, got an empty list.]`,
    );
    expect(() => two.kernel(a as never)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: parallel: needs as many branches as layers (2), got one tensor. Pass a list, or put FanOut(2) before it.]`,
    );
    expect(() => dense().kernel([a, a] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Dense: takes one input, got a list of 2. Put it into parallel, or FanInSum before it.]`,
    );
    expect(() => dense().apply([], [a, a] as never)).toThrow('takes one input');
    const kernels = [dense().kernel(tf.ones([3, 4])), dense().kernel(tf.ones([2, 4]))];
    expect(() => two.kernel(kernels)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: all Kernels of a list must be of as many samples, got 3 and 3; 2 and 2.]`,
    );
  });
});
