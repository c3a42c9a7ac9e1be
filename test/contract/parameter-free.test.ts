import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { random, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { generic, tensorOf } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { AvgPool, FanInConcat, FanOut, Flatten, GlobalAvgPool, GlobalSumPool, Identity, ImageResize, Index } =
  stax;
const { parallel, serial, Slice, SumPool } = stax;

const both = (first: AnyLayer, second: AnyLayer, fanIn: AnyLayer): AnyLayer =>
  serial(FanOut(2), parallel(first as Layer, second as Layer), fanIn as never);

/** Linear layers without parameters, on images `[5, 4, 3]`. */
const layers: [string, AnyLayer][] = [
  ['Identity', Identity()],
  ['Flatten', Flatten()],
  ['GlobalAvgPool', GlobalAvgPool()],
  ['GlobalSumPool', GlobalSumPool()],
  ...(['VALID', 'SAME', 'CIRCULAR'] as const).flatMap((padding): [string, AnyLayer][] => [
    [`AvgPool ${padding}`, AvgPool([3, 2], { padding, strides: [2, 1] })],
    [`SumPool ${padding}`, SumPool([2, 3], { padding, strides: [1, 3] })],
  ]),
  ['AvgPool, normalizeEdges', AvgPool([3, 2], { padding: 'SAME', normalizeEdges: true })],
  ['Index', Index([Slice(), Slice(null, null, -2), Slice(1, 3)])],
  ['Index, dropping an axis', Index([Slice(), -2])],
  ['ImageResize, linear', ImageResize([-1, 3, 6, -1], 'linear')],
  ['ImageResize, linear, without antialias', ImageResize([-1, 2, -1, -1], 'linear', { antialias: false })],
  ['ImageResize, nearest', ImageResize([-1, 7, 2, -1], 'nearest')],
  ['FanInConcat, channels', both(AvgPool([2, 2], { padding: 'SAME' }), Identity(), FanInConcat(-1))],
  [
    'all in a row',
    serial(SumPool([2, 2]), ImageResize([-1, -1, 5, -1], 'linear'), Index(['...', 2, Slice()]), Flatten()),
  ],
];

describe.each(layers)('%s', (_, layer) => {
  const [x1, x2] = [tensorOf(generic([3, 5, 4, 3], 1)), tensorOf(generic([2, 5, 4, 3], 2))];
  const [, params] = layer.init(random.key(0), x1.shape);
  const apply = (x: tf.Tensor): tf.Tensor => layer.apply(params, x);

  it.each(['engine', 'tf'] as const)('has the covariances of its outputs on the %s executor', (executor) => {
    const { nngp, ntk, cov1 } = (layer as Layer).kernel(x1, x2, undefined, { executor });
    expect(relativeError(nngp.dataSync(), inPairs(apply(x1), apply(x2)).dataSync())).toBeLessThan(
      tolerance.f32.rounding,
    );
    expect(ntk.abs().max().dataSync()[0]).toBe(0);
    const own = inPairs(apply(x1), apply(x1));
    const size = cov1.size / 3;
    // Of the pairs of samples, those of each with itself.
    const diagonal = [0, 1, 2].flatMap((i) => [
      ...own
        .reshape([9, size])
        .slice([4 * i, 0], [1, size])
        .dataSync(),
    ]);
    expect(relativeError(cov1.dataSync(), diagonal)).toBeLessThan(tolerance.f32.rounding);
  });
});

/** Mean over channels of y1·y2, `[n1, n2, h, h', w, w', …]`. */
function inPairs(y1: tf.Tensor, y2: tf.Tensor): tf.Tensor {
  const [n1, ...shape] = y1.shape;
  const [n2] = y2.shape;
  const image = shape.slice(0, -1);
  const channels = shape[shape.length - 1];
  const flat = (y: tf.Tensor) => y.reshape([-1, channels]);
  const k = tf.matMul(flat(y1), flat(y2), false, true).div(channels);
  const axes = image.length;
  const order = [0, axes + 1, ...image.flatMap((_, axis) => [axis + 1, axes + 2 + axis])];
  return k.reshape([n1, ...image, n2, ...image]).transpose(order);
}
