import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gram, type NdArray, random, ShapeError, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, byTf, generic, lossOf, tensorOf } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';
import { tolerance } from '../support/tolerance.js';

const dense = () => stax.Dense(4, { wStd: 1.4, bStd: 0.3 });

const array = (shape: number[], numbers: readonly number[]): NdArray => ({
  shape,
  data: Float64Array.from(numbers),
});

/** Aggregates between layers with weights. */
const netOf = (aggregate: stax.Layer) =>
  stax.serial(dense(), stax.Relu(), aggregate, dense(), stax.Erf(), aggregate, stax.GlobalAvgPool(), dense());

const [x1, x2] = [generic([3, 4, 2]), generic([2, 4, 2], 5)];
const pattern = [generic([3, 4, 4], 7), generic([2, 4, 4], 8)] as const;
const options = { pattern };

describe('Aggregate', () => {
  it('is the same by engine and tf executor, values and gradients', async () => {
    const net = netOf(stax.Aggregate());
    const exact = await byEngine(net, x1, x2, 'float64', options);
    for (const single of [byTf(net, x1, x2, options), await byEngine(net, x1, x2, 'float32', options)]) {
      expect(relativeError(single.nngp, exact.nngp)).toBeLessThan(tolerance.f32.values);
      expect(relativeError(single.ntk, exact.ntk)).toBeLessThan(tolerance.f32.values);
      exact.gradients.forEach((gradient, i) => {
        expect(relativeError(single.gradients[i], gradient)).toBeLessThan(tolerance.f32.gradients);
      });
    }
  });

  it('has the derivatives of its values', async () => {
    const net = netOf(stax.Aggregate());
    const { gradients } = await byEngine(net, x1, x2, 'float64', options);
    const line = generic(x1.shape, 3).data;
    const difference = await derivative(async (t) =>
      lossOf(await byEngine(net, along(x1, line, t), x2, 'float64', options)),
    );
    const slope = slopeAlong(gradients[0], line);
    expect(relativeError([difference], [slope])).toBeLessThan(tolerance.f64.line);
  });

  it.each([
    ['all axes', undefined, [2, 3, 2, 3]],
    ['the first axis', 1, [2, 2]],
    ['the last axis', -2, [3, 3]],
    ['both by name', [-2, 1], [2, 3, 2, 3]],
  ] as const)('has the covariance of its outputs: %s', (_name, aggregateAxis, sizes) => {
    const layer = stax.Aggregate({ ...(aggregateAxis !== undefined && { aggregateAxis }) });
    const x = tensorOf(generic([2, 2, 3, 5]));
    const graphs = generic([2, ...sizes], 9);
    const y = layer.apply([], x, { pattern: graphs });
    const outputs = stax.Identity().kernel(y, null, 'nngp');
    const nngp = layer.kernel(x, null, 'nngp', { pattern: graphs });
    expect(relativeError(nngp.dataSync(), outputs.dataSync())).toBeLessThan(tolerance.f32.values);
  });

  it('takes edges as it takes their dense matrix; those with a negative end are none', async () => {
    // Per sample edges tail → head: a repeated one, and, to fill up, a negative head and a negative tail.
    const edges = array([2, 4, 2], [0, 1, 0, 1, 3, 2, 1, -1, 2, 0, 1, 3, -1, 2, -1, -1]);
    const matrix = new Float64Array(32);
    matrix[0 * 4 + 1] = 2;
    matrix[3 * 4 + 2] = 1;
    matrix[16 + 2 * 4 + 0] = 1;
    matrix[16 + 1 * 4 + 3] = 1;
    const dense2 = { shape: [2, 4, 4], data: matrix };
    const [sparse, whole] = [stax.Aggregate({ implementation: 'SPARSE' }), stax.Aggregate()];
    const k = await gram(netOf(sparse).kernel, x2, null, { get: 'ntk', pattern: edges });
    const expected = await gram(netOf(whole).kernel, x2, null, { get: 'ntk', pattern: dense2 });
    expect(k.to1DArray()).toEqual(expected.to1DArray());
    const y = sparse.apply([], tensorOf(x2), { pattern: edges });
    expect(y.dataSync()).toEqual(whole.apply([], tensorOf(x2), { pattern: dense2 }).dataSync());
    const triples = { shape: [2, 4, 1, 2], data: edges.data };
    expect(sparse.apply([], tensorOf(x2), { pattern: triples }).dataSync()).toEqual(y.dataSync());
  });

  it('decodes patterns by toDense', async () => {
    const toDense = ({ data }: NdArray) =>
      array(
        [1, 4, 4],
        Array.from({ length: 16 }, (_, i) => data[i % 4]),
      );
    const decoded = generic([2, 4], 3);
    const written = array(
      [2, 4, 4],
      [0, 1].flatMap((i) => Array.from({ length: 16 }, (_, e) => decoded.data[4 * i + (e % 4)])),
    );
    const k = await gram(netOf(stax.Aggregate({ toDense })).kernel, x2, null, {
      get: 'ntk',
      pattern: decoded,
    });
    const expected = await gram(netOf(stax.Aggregate()).kernel, x2, null, { get: 'ntk', pattern: written });
    expect(k.to1DArray()).toEqual(expected.to1DArray());
  });

  it('changes nothing without a pattern', async () => {
    const [net, without] = [netOf(stax.Aggregate()), netOf(stax.Identity())];
    const k = await gram(net.kernel, x1, x2, { get: 'ntk' });
    expect(k.to1DArray()).toEqual((await gram(without.kernel, x1, x2, { get: 'ntk' })).to1DArray());
    const none = await gram(net.kernel, x1, x2, { get: 'ntk', pattern: [null, null] });
    expect(none.to1DArray()).toEqual(k.to1DArray());
    const x = tensorOf(x1);
    expect(stax.Aggregate().apply([], x).dataSync()).toEqual(x.dataSync());
  });

  it('keeps masked vertices out', async () => {
    const hide = (x: NdArray) => ({ shape: x.shape, data: Float64Array.from(x.data).fill(10, 6, 8) });
    const net = netOf(stax.Aggregate());
    const k = await gram(net.kernel, hide(x1), hide(x2), { get: 'ntk', pattern, maskConstant: 10 });
    const cut = (p: NdArray) => ({
      shape: p.shape,
      // Vertex 3 of the first sample neither sends nor receives.
      data: Float64Array.from(p.data, (w, at) => (at < 16 && (at % 4 === 3 || at >= 12) ? 0 : w)),
    });
    const alone = await gram(net.kernel, hide(x1), hide(x2), {
      ...{ get: 'ntk', maskConstant: 10 },
      pattern: [cut(pattern[0]), cut(pattern[1])],
    });
    expect(relativeError(k.to1DArray(), alone.to1DArray())).toBeLessThan(tolerance.f64.rounding);
    const [, params] = net.init(random.key(0), x1.shape);
    const apply = (p: NdArray) =>
      net.apply(params, tensorOf(hide(x1)), { pattern: p, maskConstant: 10 }).dataSync();
    expect(relativeError(apply(pattern[0]), apply(cut(pattern[0])))).toBeLessThan(tolerance.f32.rounding);
  });

  it('goes on from a Kernel with the same graphs', () => {
    const [first, second] = [
      stax.serial(dense(), stax.Relu(), stax.Aggregate()),
      stax.serial(dense(), stax.Aggregate()),
    ];
    const [a, b] = [tensorOf(x1), tensorOf(x2)];
    const inTwo = second.kernel(first.kernel(a, b, undefined, options), null, 'ntk', options);
    const atOnce = stax.serial(first, second).kernel(a, b, 'ntk', options);
    expect(relativeError(inTwo.dataSync(), atOnce.dataSync())).toBeLessThan(tolerance.f32.values);
  });

  it('says what does not fit', () => {
    const [layer, a, b] = [stax.Aggregate(), tensorOf(x1), tensorOf(x2)];
    const kernel = (given: object) => () => layer.kernel(a, b, 'nngp', given);
    expect(kernel({ pattern: [pattern[0], null] })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: pattern must hold the graphs of x1 and of x2, got those of one. Pass [pattern1, pattern2].]`,
    );
    expect(kernel({ pattern: [pattern[1], pattern[1]] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: pattern must be of as many samples as the inputs (3), got shape [2,4,4].]`,
    );
    expect(kernel({ pattern: [generic([3, 4, 3]), pattern[1]] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Aggregate: a dense pattern must be [n, 4, 4], got [n, 4, 3].]`,
    );
    const sparse = stax.Aggregate({ implementation: 'SPARSE' });
    const edge = (...ends: number[]) => tf.tensor(ends, [1, 1, 2]);
    expect(() =>
      sparse.apply([], tf.ones([1, 4, 1]), { pattern: edge(0, 4) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Aggregate: an edge must join positions of axes [4], got coordinate 4.]`,
    );
    expect(() => sparse.apply([], tf.ones([1, 2, 2, 1]), { pattern: edge(0, 1) })).toThrow(ShapeError);
    expect(() => stax.Aggregate({ aggregateAxis: 2 }).kernel(a, null)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Aggregate: aggregateAxis must be spatial, got 2, samples or channels.]`,
    );
    expect(() => stax.Aggregate({ aggregateAxis: 3 }).kernel(a, null)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Aggregate: axis 3 is none of activations with 3 axes.]`,
    );
  });
});
