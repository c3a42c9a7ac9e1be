import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { refusals } from '../support/refusals.js';
import { tolerance } from '../support/tolerance.js';

const { DotGeneral, Identity } = stax;

const sizes = fc.integer({ min: 1, max: 3 });

/** A layer with a constant of up to two axes of its own, and activations of up to three spatial ones, in any order. */
const layers = fc
  .record({
    uses: fc.array(fc.tuple(sizes, fc.constantFrom('free', 'contracted', 'shared')), { maxLength: 3 }),
    own: fc.array(sizes, { maxLength: 2 }),
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    constantOrder: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    side: fc.constantFrom('lhs', 'rhs'),
  })
  .map(({ uses, own, order, constantOrder, side }) => {
    const shuffled = <T>(items: readonly T[], keys: readonly number[]): T[] =>
      items
        .map((item, i) => [keys[i], i, item] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        .map(([, , item]) => item);
    const spatial = uses.map(([size, use], i) => ({ name: `s${i}`, size, use }));
    const axes = shuffled(
      [{ name: 'n', size: 2, use: 'free' }, { name: 'c', size: 4, use: 'free' }, ...spatial],
      order,
    );
    const constantAxes = shuffled(
      [
        ...spatial.filter(({ use }) => use !== 'free'),
        ...own.map((size, i) => ({ name: `o${i}`, size, use: 'own' })),
      ],
      constantOrder,
    );
    const place = (list: readonly { name: string }[], name: string) =>
      list.findIndex((one) => one.name === name);
    const pairs = (use: string): [number[], number[]] => {
      const names = spatial.filter((one) => one.use === use).map(({ name }) => name);
      const [mine, others] = [axes, constantAxes].map((list) => names.map((name) => place(list, name)));
      return side === 'lhs' ? [others, mine] : [mine, others];
    };
    const shape = constantAxes.map(({ size }) => size);
    const constant = { shape, data: random.normal(random.key(3), shape).data };
    return {
      inputShape: axes.map(({ size }) => size),
      options: {
        [side]: constant,
        dimensionNumbers: [pairs('contracted'), pairs('shared')],
        batchAxis: place(axes, 'n'),
        channelAxis: place(axes, 'c'),
      } as stax.DotGeneralOptions,
      spatial: uses.filter(([, use]) => use !== 'contracted').length + own.length,
    };
  });

const normalTensor = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.tensor(Float32Array.from(random.normal(random.key(seed), shape).data), [...shape]);

/** Every index of an array of these sizes. */
const indices = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );

describe('DotGeneral', () => {
  test('is the product that dimension numbers say', () => {
    fc.assert(
      fc.property(layers, ({ inputShape, options }) => {
        const { lhs, rhs, dimensionNumbers } = options;
        const x = normalTensor(inputShape, 1);
        const { shape, data } = (lhs ?? rhs) as { shape: number[]; data: Float32Array };
        const constant = tf.tensor(data, shape);
        const sides = lhs ? [constant, x] : [x, constant];
        const [contracted, shared] = dimensionNumbers!;
        const others = sides.map(({ shape: own }, side) =>
          own.map((_, axis) => axis).filter((axis) => ![...contracted[side], ...shared[side]].includes(axis)),
        );
        const [batch, left, right, inner] = [
          shared[0].map((axis) => sides[0].shape[axis]),
          ...others.map((axes, side) => axes.map((axis) => sides[side].shape[axis])),
          contracted[0].map((axis) => sides[0].shape[axis]),
        ];
        const expected = indices([...batch, ...left, ...right]).map((out) => {
          const common = out.slice(0, batch.length);
          const own = [
            out.slice(batch.length, batch.length + left.length),
            out.slice(batch.length + left.length),
          ];
          return indices(inner).reduce((sum, k) => {
            const factors = sides.map((tensor, side) => {
              const index: number[] = [];
              for (const [i, axis] of shared[side].entries()) index[axis] = common[i];
              for (const [i, axis] of contracted[side].entries()) index[axis] = k[i];
              for (const [i, axis] of others[side].entries()) index[axis] = own[side][i];
              const at = tensor.shape.reduce((sofar, size, axis) => sofar * size + index[axis], 0);
              return tensor.dataSync()[at];
            });
            return sum + factors[0] * factors[1];
          }, 0);
        });
        const layer = DotGeneral(options);
        const y = layer.apply([], x);
        expect(y.shape).toEqual([...batch, ...left, ...right]);
        expect(layer.init(random.key(0), inputShape)[0]).toEqual(y.shape);
        expect(relativeError(y.dataSync(), expected)).toBeLessThan(tolerance.f32.rounding);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test.each(['tf', 'engine'] as const)('has the kernel of its outputs, on %s', (executor) => {
    fc.assert(
      fc.property(
        layers.filter(({ spatial }) => spatial <= 3),
        ({ inputShape, options }) => {
          const layer = DotGeneral(options);
          const inputs = [normalTensor(inputShape, 1), normalTensor(inputShape, 2)];
          const got = layer.kernel(inputs[0], inputs[1], undefined, { executor });
          const { batchAxis, channelAxis, nngp, cov1 } = got;
          const rank = layer.apply([], inputs[0]).rank;
          const positions = Array.from({ length: rank }, (_, axis) => axis).filter(
            (axis) => axis !== batchAxis && axis !== channelAxis,
          );
          const outputs = inputs.map((x) =>
            tf.transpose(layer.apply([], x), [batchAxis, ...positions, channelAxis]),
          );
          const spatial = outputs[0].shape.slice(1, -1);
          const flat = outputs.map((y) => y.reshape([2, -1, 4]).arraySync() as number[][][]);
          const expected = (a: number[][][], b: number[][][], own: boolean) =>
            a.flatMap((sample, i) =>
              (own ? [b[i]] : b).flatMap((other) =>
                indices(spatial.flatMap((size) => [size, size])).map((pair) => {
                  const at = (which: number) =>
                    spatial.reduce((sum, size, axis) => sum * size + pair[2 * axis + which], 0);
                  return sample[at(0)].reduce((sum, entry, c) => sum + entry * other[at(1)][c], 0) / 4;
                }),
              ),
            );
          expect(relativeError(nngp.dataSync(), expected(flat[0], flat[1], false))).toBeLessThan(
            tolerance.f32.rounding,
          );
          expect(relativeError(cov1.dataSync(), expected(flat[0], flat[0], true))).toBeLessThan(
            tolerance.f32.rounding,
          );
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  test('does nothing without a constant, and scales by a number', () => {
    expect(traceProgram(DotGeneral(), [3, 2])).toEqual(traceProgram(Identity(), [3, 2]));
    const x = tf.tensor2d([[1, 2]]);
    expect([...DotGeneral({ lhs: -3 }).apply([], x).dataSync()]).toEqual([-3, -6]);
    expect([
      ...DotGeneral({ rhs: tf.scalar(3) })
        .kernel(x, null, 'nngp')
        .dataSync(),
    ]).toEqual([22.5]);
  });

  test('masks what it makes of masked positions alone', () => {
    const rhs = { shape: [3, 2], data: [1, 0, 2, 0, 0, 3] };
    const dot = DotGeneral({
      rhs,
      dimensionNumbers: [
        [[1], [0]],
        [[], []],
      ],
    });
    const net = stax.serial(dot, stax.Dense(1, { bStd: 1, channelAxis: 1 }));
    const x = tf.tensor3d([[[5], [-1], [9]]]);
    const { nngp, mask1 } = net.kernel(x, null, ['nngp', 'mask1'], { maskConstant: 9 });
    expect([...nngp.dataSync()]).toEqual([10, 0, 0, 0]);
    expect([...mask1!.dataSync()]).toEqual([0, 1]);
    expect([...dot.apply([], x, { maskConstant: 9 }).dataSync()]).toEqual([3, 0]);
  });

  test('mixes samples in apply alone', () => {
    const rhs = { shape: [2, 1], data: [1, -1] };
    const layer = DotGeneral({
      rhs,
      dimensionNumbers: [
        [[0], [0]],
        [[], []],
      ],
    });
    const x = tf.tensor2d([
      [1, 2, 3],
      [3, 5, 7],
    ]);
    expect(layer.apply([], x).arraySync()).toEqual([[-2], [-3], [-4]]);
    expect(layer.init(random.key(0), [2, 3])[0]).toEqual([3, 1]);
    expect(() => layer.kernel(x)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: DotGeneral: has no kernel over the axis of the samples (0): a kernel is a function of two samples. Use apply alone, or leave that axis out of dimensionNumbers.]`,
    );
    const fromEnd = DotGeneral({
      rhs,
      dimensionNumbers: [
        [[0], [0]],
        [[], []],
      ],
      ...{ batchAxis: -2, channelAxis: 1 },
    });
    expect(() => fromEnd.apply([], x)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: DotGeneral: the axis of the samples (0) must be counted from the front when dimensionNumbers name it.]`,
    );
  });

  test('refuses what is no such product', () => {
    const rhs = { shape: [2, 2], data: [1, 2, 3, 4] };
    const dot = (dimensionNumbers: stax.DotDimensionNumbers) => DotGeneral({ rhs, dimensionNumbers });
    const messages = refusals([
      () => DotGeneral({ lhs: 1, rhs: 2 }),
      () => DotGeneral({ rhs: { shape: [3], data: [1] } }),
      () =>
        dot([
          [[1], []],
          [[], []],
        ]),
      () =>
        dot([
          [
            [1, 1],
            [0, 1],
          ],
          [[], []],
        ]),
      () =>
        dot([
          [[1], [2]],
          [[], []],
        ]),
      () =>
        dot([
          [[-1], [0]],
          [[], []],
        ]),
      () =>
        traceProgram(
          dot([
            [[1], [0]],
            [[], []],
          ]),
          [3, 2],
        ),
      () =>
        traceProgram(
          dot([
            [[2], [0]],
            [[], []],
          ]),
          [3, 2],
        ),
    ]);
    expect(messages).toMatchInlineSnapshot(`
      [
        "ShapeError: DotGeneral: one side must be the activations, got both lhs and rhs. Leave one out.",
        "ShapeError: DotGeneral: a constant of shape [3] needs 3 numbers, got 1.",
        "ShapeError: DotGeneral: dimensionNumbers need lists of equal lengths for both sides, got [[[1],[]],[[],[]]].",
        "ShapeError: DotGeneral: dimensionNumbers need every axis once, got [[[1,1],[0,1]],[[],[]]].",
        "ShapeError: DotGeneral: dimensionNumbers need axes of the constant, which has shape [2,2], got [[[1],[2]],[[],[]]].",
        "ShapeError: DotGeneral: dimensionNumbers need axes counted from 0, got [[[-1],[0]],[[],[]]].",
        "ShapeError: DotGeneral: axis 1 of the activations must have the 2 entries of the constant's axis 0, got activations [-1,3,2] and a constant [2,2].",
        "ShapeError: DotGeneral: dimensionNumbers must not name the channels (2): the kernel is that of infinitely many. Use Dense, or say where the channels are with channelAxis.",
      ]
    `);
  });
});
