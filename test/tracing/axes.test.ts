import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transposeArray } from '../../src/base/transpose-array.js';
import { gram, gramVjp, type NdArray, random, stax, traceProgram } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { generic } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

type Params = stax.Params;

const { Conv, ConvLocal, ConvTranspose, Dense, Flatten, GlobalAvgPool, Relu, serial, Slice } = stax;

const spatialLetters = ['H', 'W', 'D'];
const channels = 2;

/** The axes of `shape`, one a letter, in the order of another spec. */
const orderOf = (from: string, to: string): number[] => [...to].map((letter) => from.indexOf(letter));

const tensor = ({ shape, data }: NdArray): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);

/** Two convolutions and a pool, their axes named by letters. */
interface Net {
  readonly kinds: readonly ('Conv' | 'ConvLocal' | 'ConvTranspose')[];
  readonly padding: stax.Padding;
  readonly readout: 'Flatten' | 'GlobalAvgPool';
  /** Specs of the inputs, and of each convolution's weights and outputs. */
  readonly specs: readonly [string, string, string, string, string];
}

const makers = { Conv, ConvLocal, ConvTranspose };
const filters = [
  { H: 2, W: 1, D: 2 },
  { H: 1, W: 2, D: 1 },
] as const;
const strides = [
  { H: 1, W: 2, D: 1 },
  { H: 2, W: 1, D: 1 },
] as const;

type Letter = keyof (typeof filters)[0];

/** Sizes by letter in the order of a spec. */
const sizes = (spec: string, by: Readonly<Record<Letter, number>>): number[] =>
  [...spec].filter((letter): letter is Letter => letter in by).map((letter) => by[letter as Letter]);

function convolutions({ kinds, padding, specs }: Net): Layer[] {
  const [input, rhs1, middle, rhs2, output] = specs;
  const options = { padding, wStd: 1.4, bStd: 0.3 };
  return [
    makers[kinds[0]](3, sizes(rhs1, filters[0]), {
      ...options,
      strides: sizes(rhs1, strides[0]),
      dimensionNumbers: [input, rhs1, middle],
    }),
    makers[kinds[1]](4, sizes(rhs2, filters[1]), {
      ...options,
      strides: sizes(rhs2, strides[1]),
      dimensionNumbers: [middle, rhs2, output],
    }),
  ];
}

function networkOf(net: Net): Layer {
  const [, , , , output] = net.specs;
  const axes = { batchAxis: output.indexOf('N'), channelAxis: output.indexOf('C') };
  const [first, second] = convolutions(net);
  const window = sizes(output, { H: 2, W: 2, D: 1 });
  const readout =
    net.readout === 'Flatten'
      ? [Flatten({ batchAxis: axes.batchAxis, batchAxisOut: 1 }), Dense(1, { batchAxis: 1, channelAxis: 0 })]
      : [GlobalAvgPool(axes)];
  const layers = [first, Relu(), second, stax.AvgPool(window, { ...axes, padding: 'SAME' }), ...readout];
  return serial(...(layers as [Layer])) as Layer;
}

/** A net whose axes are in any order, and the same in the standard order. */
const pairsOfNets = fc.integer({ min: 1, max: 3 }).chain((count) => {
  const letters = spatialLetters.slice(0, count);
  const spec = (...others: string[]) =>
    fc.shuffledSubarray([...letters, ...others], { minLength: count + 2 }).map((list) => list.join(''));
  const kind = fc.constantFrom('Conv' as const, 'ConvLocal' as const, 'ConvTranspose' as const);
  return fc
    .record({
      kinds: fc.tuple(kind, kind),
      padding: fc.constantFrom('SAME' as const, 'CIRCULAR' as const, 'VALID' as const),
      readout: fc.constantFrom('Flatten' as const, 'GlobalAvgPool' as const),
      specs: fc.tuple(spec('N', 'C'), spec('I', 'O'), spec('N', 'C'), spec('I', 'O'), spec('N', 'C')),
    })
    .map((permuted): { permuted: Net; standard: Net } => {
      const own = letters.join('');
      const [lhs, rhs] = [`N${own}C`, `${own}IO`];
      return { permuted, standard: { ...permuted, specs: [lhs, rhs, lhs, rhs, lhs] } };
    });
});

const imageSizes = { H: 4, W: 3, D: 2 };

/** Samples in the order of a spec. */
function samples(spec: string, n: number, seed: number): NdArray<Float64Array> {
  const own = spatialLetters.filter((letter) => spec.includes(letter)).join('');
  const standard = generic([n, ...sizes(own, imageSizes), channels], seed);
  return transposeArray(standard, orderOf(`N${own}C`, spec));
}

describe('axes in any order', () => {
  test('have the kernels and gradients of the standard order', async () => {
    await fc.assert(
      fc.asyncProperty(pairsOfNets, async ({ permuted, standard }) => {
        const results: ArrayLike<number>[][] = [];
        for (const net of [standard, permuted]) {
          const { kernel } = networkOf(net);
          const spec = net.specs[0];
          const [x1, x2] = [samples(spec, 2, 1), samples(spec, 3, 2)];
          const k = await gram(kernel, x1, x2, { get: ['nngp', 'ntk'] });
          const { x1: g } = await gramVjp(kernel, x1, x2, { nngp: k.nngp, ntk: k.ntk });
          expect(g.shape).toEqual(x1.shape);
          const back = transposeArray(g, orderOf(spec, standard.specs[0]));
          const byTf = kernel(tensor(x1), tensor(x2), 'ntk', { executor: 'tf' });
          results.push([k.nngp.to1DArray(), k.ntk.to1DArray(), back.data, byTf.dataSync()]);
        }
        results[1].forEach((result, i) => {
          const bound = i === 3 ? tolerance.f32.values : tolerance.f64.rounding;
          expect(relativeError(result, results[0][i])).toBeLessThan(bound);
        });
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test('leave covariances in the order of the outputs, cov1 and gradients of tensors included', () => {
    fc.assert(
      fc.property(pairsOfNets, ({ permuted, standard }) => {
        tf.tidy(() => {
          const [all, other] = [permuted, standard].map((net) => {
            const { kernel } = serial(...(convolutions(net) as [Layer])) as Layer;
            const x = tensor(samples(net.specs[0], 2, 1));
            const ofEngine = kernel(x, null, undefined, { executor: 'engine' });
            const ofTf = kernel(x, null, ['nngp', 'cov1'], { executor: 'tf' });
            for (const field of ['nngp', 'cov1'] as const) {
              expect(ofTf[field].shape).toEqual(ofEngine[field].shape);
              const error = relativeError(ofTf[field].dataSync(), ofEngine[field].dataSync());
              expect(error).toBeLessThan(tolerance.f32.values);
            }
            return ofEngine;
          });
          const [from, to] = [standard.specs[4], permuted.specs[4]];
          expect(all.shape1).toEqual(orderOf(from, to).map((axis) => other.shape1[axis]));
          expect([all.batchAxis, all.channelAxis]).toEqual([to.indexOf('N'), to.indexOf('C')]);
          const letters = (spec: string) => [...spec].filter((letter) => !'NC'.includes(letter)).join('');
          const order = orderOf(letters(from), letters(to));
          const pairs = (batch: number) => [
            ...Array(batch).keys(),
            ...order.flatMap((axis) => [batch + 2 * axis, batch + 2 * axis + 1]),
          ];
          const close = (a: tf.Tensor, b: tf.Tensor, batch: number) => {
            const expected = b.transpose(pairs(batch));
            expect(a.shape).toEqual(expected.shape);
            expect(relativeError(a.dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.rounding);
          };
          close(all.nngp, other.nngp, 2);
          close(all.ntk, other.ntk, 2);
          close(all.cov1, other.cov1, 1);
        });
      }),
      { numRuns: 30, seed: 8 },
    );
  });

  test('have the finite layers of the standard order', () => {
    fc.assert(
      fc.property(pairsOfNets, ({ permuted, standard }) => {
        tf.tidy(() => {
          const [own, other] = [permuted, standard].map((net) => convolutions(net)[0]);
          const [lhs, rhs, out] = permuted.specs;
          const x = samples(lhs, 2, 1);
          const [shape, params] = own.init(random.key(3), x.shape);
          const y = own.apply(params, tensor(x));
          expect(y.shape).toEqual(shape);
          const { w, b } = params as { w: tf.Tensor; b: tf.Tensor };
          const to = standard.specs;
          const weights = w.transpose(orderOf(rhs, to[1]));
          const standardParams: Params = {
            w: permuted.kinds[0] === 'ConvLocal' ? filterInOrder(weights, rhs, to[1]) : weights,
            b: b.transpose(orderOf(out, to[2])),
          };
          const expected = other.apply(standardParams, tensor(samples(to[0], 2, 1)));
          const back = y.transpose(orderOf(out, to[2]));
          expect(back.shape).toEqual(expected.shape);
          expect(relativeError(back.dataSync(), expected.dataSync())).toBeLessThan(tolerance.f32.rounding);
        });
      }),
      { numRuns: 60, seed: 9 },
    );
  });
});

/** `ConvLocal`'s weights `[…out, channels·filter, outChan]`, their filter's axes in the order of another spec. */
function filterInOrder(weights: tf.Tensor, rhs: string, to: string): tf.Tensor {
  const letters = (spec: string) => `I${[...spec].filter((letter) => !'IO'.includes(letter)).join('')}`;
  const split = weights.reshape([-1, channels, ...sizes(rhs, filters[0]), weights.shape.at(-1)!]);
  const order = orderOf(letters(rhs), letters(to)).map((axis) => axis + 1);
  return split.transpose([0, ...order, split.rank - 1]).reshape(weights.shape);
}

/** A layer by its axes, and one sample's shape `[...spatial, channels]`. */
type Case = readonly [
  name: string,
  sample: readonly number[],
  (options: { batchAxis?: number; channelAxis?: number }) => AnyLayer,
];

/** Moves an axis of activations with samples first and channels last to where `axes` have them. */
const moved = ([batchAxis, channelAxis]: readonly [number, number], rank: number) => {
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis + 1);
  const order: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    order.push(axis === batchAxis ? 0 : axis === channelAxis ? rank - 1 : spatial.shift()!);
  }
  return order;
};

const attention = { nChanOut: 3, nChanKey: 2, nChanVal: 2, nHeads: 2, bStd: 0.2 } as const;

const cases: readonly Case[] = [
  ['Dense', [4, 3, 2], (axes) => Dense(5, { ...axes, wStd: 1.2, bStd: 0.4 })],
  ['Dense, standard', [4, 2], (axes) => Dense(5, { ...axes, parameterization: 'standard', bStd: 0.4 })],
  ['AvgPool', [4, 3, 2], (axes) => stax.AvgPool([2, 3], { ...axes, padding: 'SAME', normalizeEdges: true })],
  ['SumPool', [4, 3, 2], (axes) => stax.SumPool([2, 1], { ...axes, strides: [2, 1] })],
  ['GlobalAvgPool', [4, 3, 2], (axes) => GlobalAvgPool(axes)],
  ['GlobalSumPool', [4, 2], (axes) => stax.GlobalSumPool(axes)],
  ['Flatten', [4, 3, 2], ({ batchAxis }) => Flatten({ batchAxis })],
  ['LayerNorm', [4, 3, 2], (axes) => stax.LayerNorm({ ...axes, axis: axes.channelAxis })],
  ['ImageResize', [4, 3, 2], (axes) => stax.ImageResize(ofFour(axes, -1, [2, 5]), 'linear', axes)],
  [
    'Index',
    [4, 3, 2],
    (axes) => stax.Index(ofFour<stax.IndexEntry>(axes, Slice(), [1, Slice(null, null, -2)]), axes),
  ],
  ['GlobalSelfAttention', [3, 2, 2], (axes) => stax.GlobalSelfAttention({ ...attention, ...axes })],
  [
    'GlobalSelfAttention, embedded',
    [3, 2, 2],
    (axes) => stax.GlobalSelfAttention({ ...attention, ...axes, posEmbType: 'CONCAT', valPosEmb: true }),
  ],
  ['Recurrent', [3, 2], (axes) => stax.Recurrent(4, { ...axes, bStd: 0.3 })],
  ['Recurrent, last', [3, 2], (axes) => stax.Recurrent(4, { ...axes, returns: 'last' })],
  [
    'FanInConcat, channels',
    [4, 3, 2],
    (axes) =>
      serial(
        stax.FanOut(2),
        stax.parallel(Dense(3, axes), Dense(3, { ...axes, wStd: 2 })),
        stax.FanInConcat(axes.channelAxis),
      ) as Layer,
  ],
];

/** One entry for each of four axes: `other` at the samples' and the channels', the spatial ones in order. */
function ofFour<T>({ batchAxis = 0, channelAxis = 3 }, other: T, spatial: readonly T[]): T[] {
  const rest = [...spatial];
  const places = [batchAxis, channelAxis].map((axis) => (axis + 4) % 4);
  return [0, 1, 2, 3].map((axis) => (places.includes(axis) ? other : rest.shift()!));
}

describe.each(cases)('%s', (name, sample, make) => {
  const rank = sample.length + 1;
  const places = Array.from({ length: rank }, (_, batch) =>
    Array.from({ length: rank }, (__, channel): [number, number] => [batch, channel]),
  )
    .flat()
    .filter(([batch, channel]) => batch !== channel);
  const x = generic([2, ...sample], 1);
  const standard = { batchAxis: 0, channelAxis: rank - 1 };

  test.each(places)('with samples on axis %i, channels on axis %i', (batchAxis, channelAxis) => {
    tf.tidy(() => {
      const axes = { batchAxis, channelAxis };
      const order = moved([batchAxis, channelAxis], rank);
      const own = transposeArray(x, order);
      const before = (options: typeof axes) => Dense(4, { ...options, wStd: 1.3, bStd: 0.2 });
      const net = (options: typeof axes) => serial(before(options), make(options) as Layer) as Layer;

      const actual = net(axes).kernel(tensor(own), null);
      const expected = net(standard).kernel(tensor(x), null);
      for (const field of ['nngp', 'ntk', 'cov1'] as const) {
        expect(actual[field].shape).toEqual(expected[field].shape);
        const error = relativeError(actual[field].dataSync(), expected[field].dataSync());
        expect(error).toBeLessThan(tolerance.f32.rounding);
      }

      // Negative axes are those counted from the end.
      const negative = { batchAxis: batchAxis - rank, channelAxis: channelAxis - rank };
      expect(traceProgram(net(negative), sample)).toEqual(traceProgram(net(standard), sample));

      const finite = net(axes);
      const [shape, params] = finite.init(random.key(1), own.shape);
      const y = finite.apply(params, tensor(own));
      expect(y.shape).toEqual(shape);
      expect(actual.shape1).toEqual(shape);
      const [, drawn] = net(standard).init(random.key(1), x.shape);
      const z = net(standard).apply(drawn, tensor(x));
      // Embeddings are drawn in the order of the layer's axes; the order of flattened channels is that of the inputs' axes.
      if (name.startsWith('Flatten') || name.endsWith('embedded')) return;
      const back = y.transpose(backOrder(actual, y.rank));
      expect(back.shape).toEqual(z.shape);
      expect(relativeError(back.dataSync(), z.dataSync())).toBeLessThan(tolerance.f32.rounding);
    });
  });
});

/** The order that brings activations of a kernel's axes into the standard order. */
function backOrder({ batchAxis, channelAxis }: { batchAxis: number; channelAxis: number }, rank: number) {
  const order = moved([batchAxis, channelAxis], rank);
  return order.map((_, axis) => order.indexOf(axis));
}
