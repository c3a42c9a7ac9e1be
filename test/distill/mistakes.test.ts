import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DatasetInput,
  evaluateSupport,
  gram,
  kip,
  kipLoss,
  labelSolve,
  oneHotCentred,
  setWarningHandler,
} from '../../src/index.js';
import { refusal } from '../support/refusals.js';
import { kernel, patterns } from './patterns.js';

const train = patterns(30, 3);
const short = { supportSize: 3, steps: 1 };
const wrong = (value: unknown) => value as never;
const heard: string[] = [];

beforeEach(() => setWarningHandler((message) => heard.push(message)));
afterEach(() => {
  heard.length = 0;
  setWarningHandler(console.warn);
});

describe('mistakes in distillation', () => {
  it('are named with their remedy', async () => {
    const oneHot = oneHotCentred(train.labels, 3);
    const support = await kip(kernel, train, { ...short, steps: 0 });
    const calls: (() => unknown)[] = [
      () => kip(kernel, train, wrong(undefined)),
      () => kip(kernel, train, wrong({ supportSize: 3 })),
      () => kip(kernel, wrong(train.images), short),
      () => kip(kernel, wrong(Promise.resolve(train)), short),
      () => kip(kernel, { ...train, images: wrong(train.images.data) }, short),
      () => kip(kernel, { ...train, labels: oneHot }, short),
      () => kip(kernel, { ...train, labels: oneHot.data }, short),
      () => kip(kernel, { ...train, labels: wrong(new Matrix(30, 3).to2DArray()) }, short),
      () => kip(kernel, { ...train, labels: [0, 1, 2] }, short),
      () => kip(kernel, { ...train, labels: wrong(undefined) }, short),
      () => kip(kernel, { ...train, numClasses: wrong(undefined) }, short),
      () => kip(kernel, train, { ...short, init: wrong({ images: support.images }) }),
      () => labelSolve(kernel, wrong(support.images.data), train),
      () => labelSolve(kernel, wrong(support), train),
      () => evaluateSupport(kernel, wrong(kip(kernel, train, short)), train),
      () => evaluateSupport(kernel, wrong(kernel), train),
      () => evaluateSupport(kernel, { ...support, labels: wrong(train.labels) }, train),
      () => kipLoss(kernel, support, wrong(train)),
      () =>
        kipLoss(kernel, support, {
          ...train,
          labels: wrong(gram(kernel, train.images, null, { get: 'ntk' })),
        }),
    ];
    const said: string[] = [];
    for (const call of calls) said.push(await refusal(call));
    expect(said).toMatchInlineSnapshot(`
      [
        "TypeError: kip: needs options as its last argument, got nothing. Its options are supportSize, steps, learningRate, targetBatch, labels, labelReg, labelTargets, init, augmentation, preprocessing, optimizer, adam, seed, evaluation, onProgress, reg, regScale, jitter, get, dtype, threads, signal.",
        "RangeError: kip: steps needs a whole number of at least 0, got nothing. Pass e.g. 300.",
        "TypeError: kip: train must be a data set { images, labels, numClasses }, got an array of shape [30, 3, 2, 1]. Pass e.g. { images, labels: [0, 1, …], numClasses: 10 }.",
        "TypeError: kip: train must be a data set { images, labels, numClasses }, got a Promise. Await the call that gave it.",
        "TypeError: kip: train.images must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "ShapeError: kip: train.labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "ShapeError: kip: train.labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "ShapeError: kip: train.labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "ShapeError: kip: train.labels must be one label an image, got 30 images and 3 labels.",
        "TypeError: kip: train.labels must be a list of classes, got nothing. Pass e.g. Int32Array.of(0, 1).",
        "RangeError: kip: numClasses needs a positive integer, got undefined. Pass e.g. 10.",
        "TypeError: kip: init must be a support set { images, labels }, got an object with images. Pass e.g. the result of kip.",
        "TypeError: labelSolve: images must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "TypeError: labelSolve: images must be { shape, data }, a Matrix or a tensor, got an object with images, labels, step, history, …. Pass its images.",
        "TypeError: evaluateSupport: support must be a support set { images, labels }, got a Promise. Await the call that gave it.",
        "TypeError: evaluateSupport: support must be a support set { images, labels }, got the function kernel. Pass e.g. the result of kip.",
        "TypeError: evaluateSupport: support.labels must be rows [n, C], got a bare Int32Array. Of classes pass oneHotCentred(labels, numClasses).",
        "TypeError: kipLoss: targets.labels must be rows [n, C], got a bare Int32Array. Of classes pass oneHotCentred(labels, numClasses).",
        "TypeError: kipLoss: targets.labels must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
      ]
    `);
    expect(heard).toEqual([]);
  });
});

describe('raw pixels', () => {
  const bytes = Uint8Array.from(train.images.data, (_, i) => (i * 37) % 256);
  const raw = { ...train, images: { shape: train.images.shape, data: bytes } };

  it('are warned of once', async () => {
    await kip(kernel, raw, short);
    await kip(kernel, raw, short);
    expect(heard).toMatchInlineSnapshot(`
      [
        "kip: train.images seem to be raw pixels, whole numbers from 0 to 255. Standardise them: standardise(images, channelStats(images)). (This is said once; setWarningHandler(null) silences all warnings.)",
      ]
    `);
  });

  it.each([
    ['fractions', Float64Array.from(bytes, (byte) => byte / 255)],
    ['negative numbers', Float64Array.from(bytes, (byte) => byte - 128)],
    ['small counts', Uint8Array.from(bytes, (byte) => byte % 2)],
  ])('are not what %s are', async (_, data) => {
    await kip(kernel, { ...raw, images: { shape: raw.images.shape, data } }, short);
    expect(heard).toEqual([]);
  });
});

describe('data sets and supports', () => {
  const flat: DatasetInput = { ...train, images: { shape: train.images.shape, data: train.images.data } };
  const forms: [string, DatasetInput][] = [
    ['tensors', { ...train, images: tf.tensor(Array.from(train.images.data), train.images.shape.slice()) }],
    ['classes in a list', { ...flat, labels: Array.from(train.labels) }],
    ['classes in a tensor', { ...flat, labels: tf.tensor1d(Array.from(train.labels), 'int32') }],
    ['classes in bytes', { ...flat, labels: Uint8Array.from(train.labels) }],
  ];

  it.each(forms)('may be %s', async (_, given) => {
    const rounded = Float64Array.from(Float32Array.from(train.images.data));
    const same =
      given.images instanceof tf.Tensor ? { ...train, images: { ...train.images, data: rounded } } : train;
    const [support, expected] = [await kip(kernel, given, short), await kip(kernel, same, short)];
    expect(support.images.data).toEqual(expected.images.data);

    const asArrays = { images: support.images, labels: { shape: [3, 3], data: support.labels.to1DArray() } };
    const labels = { shape: [3, 3], data: Float64Array.from(asArrays.labels.data) };
    const evaluation = await evaluateSupport(kernel, { ...asArrays, labels }, given);
    expect(evaluation.loss).toBe((await evaluateSupport(kernel, expected, same)).loss);
    const solved = await labelSolve(kernel, support.images, given);
    expect(solved.labels.to1DArray()).toEqual(
      (await labelSolve(kernel, expected.images, same)).labels.to1DArray(),
    );
  });
});
