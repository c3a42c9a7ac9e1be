import { describe, expect, it } from 'vitest';
import {
  balancedSubset,
  channelStats,
  concatDatasets,
  loadMnist,
  lossCurve,
  oneHotCentred,
  parseCifar10,
  parseIdx,
  parseNpy,
  parseNpz,
  random,
  standardise,
  subset,
} from '../../src/index.js';
import { refusal } from '../support/refusals.js';

const images = { shape: [2, 1, 1, 1], data: Float64Array.of(1, 2) };
const data = { images, labels: Int32Array.of(0, 1), numClasses: 2 };
const wrong = (value: unknown) => value as never;

describe('mistakes with data', () => {
  it('are named with their remedy', async () => {
    const calls: (() => unknown)[] = [
      () => parseNpz(wrong(new ArrayBuffer(8))),
      () => parseNpy(wrong('file.npy')),
      () => parseIdx(wrong(new ArrayBuffer(8))),
      () => parseCifar10(wrong(Promise.resolve(new Uint8Array(8)))),
      () => loadMnist(wrong('data')),
      () => standardise(images, wrong(undefined)),
      () => standardise(wrong(data), channelStats(images)),
      () => channelStats(wrong(images.data)),
      () => channelStats({ shape: [2], data: images.data }),
      () => subset(wrong(images), [0]),
      () => subset(data, wrong(1)),
      () => concatDatasets(wrong(data)),
      () => concatDatasets(wrong([images])),
      () => oneHotCentred(oneHotCentred([0, 1], 2), 2),
      () => oneHotCentred(wrong([[1, 0]]), 2),
      () => oneHotCentred(wrong(data), 2),
      () => balancedSubset(oneHotCentred([0, 1], 2), 2, 2, random.key(0)),
      () => lossCurve(wrong([{ step: 1, loss: 1 }])),
    ];
    expect(await Promise.all(calls.map(refusal))).toMatchInlineSnapshot(`
      [
        "TypeError: parseNpz: bytes must be a Uint8Array, got an object ArrayBuffer. Pass new Uint8Array(buffer).",
        "TypeError: parseNpy: bytes must be a Uint8Array, got 'file.npy'. Pass the contents of the file, e.g. of readFile(path).",
        "TypeError: parseIdx: bytes must be a Uint8Array, got an object ArrayBuffer. Pass new Uint8Array(buffer).",
        "TypeError: parseCifar10: bytes must be a Uint8Array, got a Promise. Await the call that gave it.",
        "TypeError: loadMnist: read must be a function of a file's name, got 'data'. Pass e.g. (name) => readFile(join(folder, name)).",
        "TypeError: standardise: stats must be { mean, std }, got nothing. Pass channelStats(images) of the training images.",
        "TypeError: standardise: images must be { shape, data }, a Matrix or a tensor, got an object with images, labels, numClasses. Pass its images.",
        "TypeError: channelStats: images must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "ShapeError: channelStats: images need a shape [n, ..., c], got [2]. Pass e.g. dataset.images.",
        "TypeError: subset: dataset must be { images, labels, numClasses }, got an array of shape [2, 1, 1, 1]. Pass e.g. the train of loadMnist.",
        "TypeError: subset: indices must be a list, got 1. Pass a list, e.g. balancedSubset(labels, numClasses, count, key).",
        "TypeError: concatDatasets: needs a list of data sets, got an object with images, labels, numClasses. Pass e.g. [train, test].",
        "TypeError: concatDatasets: entry 0 must be { images, labels, numClasses }, got an array of shape [2, 1, 1, 1]. Pass e.g. the train of loadMnist.",
        "ShapeError: oneHotCentred: labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "ShapeError: oneHotCentred: labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "TypeError: oneHotCentred: labels must be a list of classes, got an object with images, labels, numClasses. Pass e.g. Int32Array.of(0, 1).",
        "ShapeError: balancedSubset: labels must be classes, one whole number a sample, got rows. Of one-hot rows pass the place of each row's largest entry.",
        "TypeError: lossCurve: series must be a list of { name, points }, got a list of 1. Of a history pass [{ name: 'KIP', points: history }].",
      ]
    `);
  });
});
