import { afterEach, describe, expect, it } from 'vitest';
import { explain, gram, gramVjp, setWarningHandler, stax, traceProgram } from '../../src/index.js';
import { refusal } from '../support/refusals.js';

const net = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
const { kernel } = net;
const x = { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
const wrong = (value: unknown) => value as never;

describe('gram', () => {
  it('names what it does not take', async () => {
    const calls: (() => unknown)[] = [
      () => gram(kernel, wrong(x.data), null, { get: 'ntk' }),
      () => gram(kernel, wrong([[1, 2, 3]]), null, { get: 'ntk' }),
      () => gram(kernel, wrong(undefined), null, { get: 'ntk' }),
      () => gram(kernel, wrong({ images: x, labels: [0, 1], numClasses: 2 }), null, { get: 'ntk' }),
      () => gram(kernel, x, wrong(Promise.resolve(x)), { get: 'ntk' }),
      () => gram(kernel, x, null, wrong(undefined)),
      () => gram(kernel, x, null, wrong('ntk')),
      () => gram(kernel, x, null, wrong({})),
      () => gram(kernel, x, null, wrong({ get: 'NTK' })),
      () => gramVjp(kernel, x, null, wrong({ ntk: Float64Array.of(1, 2, 3, 4) })),
      () => gramVjp(kernel, x, null, wrong(undefined)),
      () => gram(kernel, x, wrong({ get: 'ntk' }), wrong(undefined)),
      () => gram(wrong(net), x, null, { get: 'ntk' }),
      () => gram(wrong({ nngp: x }), x, null, { get: 'ntk' }),
      () => gram(kernel, x, null, { get: 'ntk', signal: wrong(new AbortController()) }),
      () => traceProgram(wrong(kernel), [3]),
      () => explain(kernel, wrong(x)),
      () => explain(kernel, [-1, 3]),
    ];
    expect(await Promise.all(calls.map(refusal))).toMatchInlineSnapshot(`
      [
        "TypeError: gram: x1 must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "TypeError: gram: x1[0][0] must be { shape, data }, a Matrix or a tensor, got 1. Lists of numbers become one by toNdArray(list).",
        "TypeError: gram: x1 must be { shape, data }, a Matrix or a tensor, got nothing. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "TypeError: gram: x1 must be { shape, data }, a Matrix or a tensor, got an object with images, labels, numClasses. Pass its images.",
        "TypeError: gram: x2 must be { shape, data }, a Matrix or a tensor, got a Promise. Await the call that gave it.",
        "TypeError: gram: needs options as its last argument, got nothing. Its options are get, as, block, dtype, threads, signal, onProgress, maskConstant, pattern.",
        "TypeError: gram: needs options as its last argument, got 'ntk'. Its options are get, as, block, dtype, threads, signal, onProgress, maskConstant, pattern.",
        "RangeError: gram: get must be 'nngp' or 'ntk' (gram: or a list of these), got nothing.",
        "RangeError: gram: get must be 'nngp' or 'ntk' (gram: or a list of these), got 'NTK'.",
        "TypeError: gramVjp: the cotangent of ntk must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "RangeError: gramVjp: needs a cotangent of nngp, of ntk, or of both, got neither.",
        "TypeError: gram: x2 is missing, got options in its place. Pass gram(kernel, x1, null, options).",
        "TypeError: gram: kernel must be the kernel function of a network, got the network. Pass its kernel: serial(…).kernel.",
        "TypeError: gram: kernel must be the kernel function of a network, got an object with nngp. Pass e.g. stax.serial(…).kernel.",
        "TypeError: gram: signal must be an AbortSignal, got an object AbortController. Pass the signal of an AbortController: controller.signal.",
        "TypeError: traceProgram: needs a layer, got the function kernel. Pass the network itself, e.g. stax.serial(…); programOf takes its kernel.",
        "TypeError: explain: a sample's shape must be a list, got an array of shape [2, 3]. Pass the shape of one sample, e.g. [32, 32, 3].",
        "ShapeError: explain: a sample's shape must be positive integers, without the batch, got [-1,3]. Pass e.g. [32, 32, 3].",
      ]
    `);
  });
});

it('gram takes an absent x2 for null', async () => {
  const [given, absent] = [null, wrong(undefined)];
  const expected = await gram(kernel, x, given, { get: 'ntk' });
  expect((await gram(kernel, x, absent, { get: 'ntk' })).to2DArray()).toEqual(expected.to2DArray());
});

describe('channels first', () => {
  const images = (shape: number[]) => ({
    shape,
    data: new Float64Array(shape.reduce((a, b) => a * b)).fill(1),
  });
  const conv = stax.serial(stax.Conv(4, [3, 3]), stax.Flatten()).kernel;
  const firstConv = stax.serial(
    stax.Conv(4, [3, 3], { dimensionNumbers: ['NCHW', 'OIHW', 'NCHW'] }),
    stax.Flatten({ batchAxis: 0 }),
  ).kernel;
  const heard: string[] = [];
  const hear = () => setWarningHandler((message) => heard.push(message));
  afterEach(() => {
    heard.length = 0;
    setWarningHandler(console.warn);
  });

  it('are warned of once', async () => {
    hear();
    for (let time = 0; time < 2; time++) await gram(conv, images([2, 3, 32, 32]), null, { get: 'nngp' });
    expect(heard).toMatchInlineSnapshot(`
      [
        "gram: x1 of shape [2,3,32,32] is read as images of 3×32 positions with 32 channels. Channels come last: transpose to [2,32,32,3], or tell the layers (channelAxis: 1, dimensionNumbers: ['NCHW', 'OIHW', 'NCHW']). (This is said once; setWarningHandler(null) silences all warnings.)",
      ]
    `);
  });

  it('are not where the network says that they are, nor channels last', async () => {
    hear();
    await gram(firstConv, images([1, 3, 32, 32]), null, { get: 'nngp' });
    await gram(conv, images([1, 32, 32, 3]), null, { get: 'nngp' });
    await gram(conv, images([1, 3, 3, 3]), null, { get: 'nngp' });
    expect(heard).toEqual([]);
  });

  it('are silent where warnings are switched off', async () => {
    hear();
    setWarningHandler(null);
    await gram(conv, images([1, 3, 32, 32]), null, { get: 'nngp' });
    expect(heard).toEqual([]);
  });
});
