import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  gram,
  gramVjp,
  type NdArray,
  random,
  releaseThreads,
  stax,
  UnsupportedError,
} from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, byTf, generic, lossOf, tensorOf } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';
import { maskedNets } from '../support/masked-nets.js';
import { tolerance } from '../support/tolerance.js';

const maskConstant = 10;

/** `x` with the last positions of sample i masked, `hidden[i]` of them along the first spatial axis. */
function masked(x: NdArray, hidden: readonly number[], constant = maskConstant): NdArray<Float64Array> {
  const [n, length, ...rest] = x.shape;
  const row = rest.reduce((a, b) => a * b, 1);
  const data = Float64Array.from(x.data);
  for (let i = 0; i < n; i++)
    data.fill(constant, ((i + 1) * length - hidden[i]) * row, (i + 1) * length * row);
  return { shape: x.shape, data };
}

/** The first `length` positions. */
function shortened({ shape, data }: NdArray, length: number): NdArray<Float64Array> {
  const [n, all, ...rest] = shape;
  const row = rest.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: n }, (_, i) => [
    ...data.subarray(i * all * row, (i * all + length) * row),
  ]);
  return { shape: [n, length, ...rest], data: Float64Array.from(rows.flat()) };
}

const dense = () => stax.Dense(4, { wStd: 1.4, bStd: 0.3 });

afterAll(releaseThreads);

describe.each(maskedNets)('masked inputs of a network with %s', (_name, sample, hidden) => {
  const net = stax.serial(hidden(3), stax.Dense(2, { wStd: 1.1, bStd: 0.2 }));
  const x1 = masked(generic([4, ...sample]), [0, 2, 1, sample[0]]);
  const x2 = masked(generic([3, ...sample], 5), [1, 0, 2]);
  const options = { maskConstant };

  it('give the same by engine and tf executor, values and gradients', async () => {
    for (const other of [x2, null]) {
      const exact = await byEngine(net, x1, other, 'float64', options);
      for (const single of [
        byTf(net, x1, other, options),
        await byEngine(net, x1, other, 'float32', options),
      ]) {
        expect(relativeError(single.nngp, exact.nngp)).toBeLessThan(tolerance.f32.values);
        expect(relativeError(single.ntk, exact.ntk)).toBeLessThan(tolerance.f32.values);
        exact.gradients.forEach((gradient, i) => {
          expect(relativeError(single.gradients[i], gradient)).toBeLessThan(tolerance.f32.gradients);
        });
      }
    }
  });

  it('have the derivatives of their values, 0 where they are masked', async () => {
    const { gradients } = await byEngine(net, x1, x2, 'float64', options);
    const isMasked = (i: number) => x1.data[i] === maskConstant;
    expect(gradients[0]).toSatisfy((g: Float64Array) => g.every((entry, i) => !isMasked(i) || entry === 0));
    const line = generic(x1.shape, 3).data.map((entry, i) => (isMasked(i) ? 0 : entry));
    const difference = await derivative(async (t) =>
      lossOf(await byEngine(net, along(x1, line, t), x2, 'float64', options)),
    );
    const slope = slopeAlong(gradients[0], line);
    expect(relativeError([difference], [slope])).toBeLessThan(tolerance.f64.line);
  });

  it('have outputs of one shape in kernel and apply, with one mask', () => {
    const last = hidden(3);
    const [, params] = last.init(random.key(0), x1.shape as number[]);
    const y = last.apply(params, tensorOf(x1), { maskConstant, key: random.key(1) });
    const { shape1, mask1 } = last.kernel(tensorOf(x1), null, ['shape1', 'mask1'], options);
    expect(y.shape).toEqual(shape1);
    const kept = tf.where(mask1!, tf.zerosLike(y), y);
    expect(y.dataSync()).toEqual(kept.dataSync());
  });
});

describe('masked sequences', () => {
  const perToken = {
    'a mean': stax.serial(dense(), stax.Relu(), stax.GlobalAvgPool(), dense()),
    'LayerNorm over positions': stax.serial(
      dense(),
      stax.LayerNorm({ axis: [1, 2], eps: 0.1 }),
      stax.Erf(),
      stax.GlobalAvgPool(),
    ),
    'a nonlinearity that is not 0 at 0': stax.serial(dense(), stax.Exp({ b: 0.4 }), stax.GlobalSumPool()),
    attention: stax.serial(
      dense(),
      stax.GlobalSelfAttention({ nChanOut: 4, nChanKey: 4, nChanVal: 4, nHeads: 2, bStd: 0.2 }),
      stax.Relu(),
      stax.GlobalAvgPool(),
    ),
  };
  const [a, b] = [generic([3, 6, 2]), generic([2, 6, 2], 5)];

  it.each(Object.entries(perToken))('are shorter ones to a network with %s', async (_name, net) => {
    for (const get of ['nngp', 'ntk'] as const) {
      const k = await gram(net.kernel, masked(a, [2, 2, 2]), masked(b, [2, 2]), { get, maskConstant });
      const short = await gram(net.kernel, shortened(a, 4), shortened(b, 4), { get });
      expect(relativeError(k.to1DArray(), short.to1DArray())).toBeLessThan(tolerance.f64.rounding);
    }
    const [, params] = net.init(random.key(1), a.shape);
    const y = net.apply(params, tensorOf(masked(a, [2, 2, 2])), { maskConstant }).dataSync();
    const short = net.apply(params, tensorOf(shortened(a, 4))).dataSync();
    expect(relativeError(y, short)).toBeLessThan(tolerance.f32.rounding);
  });

  it('may be masked by NaN', async () => {
    const { kernel } = perToken['a mean'];
    const k = await gram(kernel, masked(a, [0, 2, 4]), null, { get: 'ntk', maskConstant });
    const nan = masked(a, [0, 2, 4], Number.NaN);
    const byNaN = await gram(kernel, nan, null, { get: 'ntk', maskConstant: Number.NaN });
    expect(byNaN.to1DArray()).toEqual(k.to1DArray());
    const tensors = kernel(tensorOf(nan), null, 'ntk', { maskConstant: Number.NaN });
    expect(relativeError(tensors.dataSync(), k.to1DArray())).toBeLessThan(tolerance.f32.values);
    await expect(gram(kernel, nan, null, { get: 'ntk' })).rejects.toThrow('must be finite');
  });

  it('have the same bits for any number of threads', async () => {
    const x = masked(generic([9, 6, 2]), [0, 1, 2, 3, 4, 5, 6, 0, 1]);
    const { kernel } = perToken.attention;
    const one = await gramVjp(
      kernel,
      x,
      null,
      { ntk: await gram(kernel, x, null, { get: 'ntk', maskConstant }) },
      { threads: 1, maskConstant },
    );
    const two = await gramVjp(
      kernel,
      x,
      null,
      { ntk: await gram(kernel, x, null, { get: 'ntk', maskConstant, threads: 3 }) },
      { threads: 2, maskConstant },
    );
    expect(two).toEqual(one);
  });
});

describe('the mask of a Kernel', () => {
  const sequence = [0, 1, 1, 0, 1, 0, 0];
  const x = tf.tensor3d([sequence.map((entry) => [entry === 1 ? maskConstant : 0.5])]);
  const maskAfter = (layer: stax.Layer) => [...layer.kernel(x, null, 'mask1', { maskConstant })!.dataSync()];

  it('is that at the centre of each window', () => {
    const conv = (options: stax.ConvOptions) => stax.Conv(2, [3], options);
    expect(maskAfter(conv({}))).toEqual([1, 1, 0, 1, 0]);
    expect(maskAfter(conv({ strides: [2] }))).toEqual([1, 0, 0]);
    expect(maskAfter(conv({ padding: 'SAME', strides: [2] }))).toEqual([0, 1, 1, 0]);
    expect(maskAfter(conv({ padding: 'SAME' }))).toEqual(sequence);
    expect(maskAfter(stax.ConvLocal(2, [3]))).toEqual([1, 1, 0, 1, 0]);
    expect(maskAfter(stax.AvgPool([3], { padding: 'CIRCULAR', strides: [2] }))).toEqual([0, 1, 1, 0]);
  });

  it('is whatever sees a masked position after ConvTranspose', () => {
    expect(maskAfter(stax.ConvTranspose(2, [2], { strides: [2], padding: 'SAME' }))).toEqual(
      sequence.flatMap((entry) => [entry, entry]),
    );
    expect(maskAfter(stax.ConvTranspose(2, [2]))).toEqual([0, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('follows positions that move', () => {
    const { Slice } = stax;
    expect(maskAfter(stax.Index([Slice(), Slice(null, null, -2)]))).toEqual([0, 1, 1, 0]);
    expect(maskAfter(stax.ImageResize([-1, 14, -1], 'nearest'))).toEqual(
      sequence.flatMap((entry) => [entry, entry]),
    );
    expect(maskAfter(stax.GlobalSumPool())).toEqual([0]);
    expect(maskAfter(stax.Flatten())).toEqual(sequence);
  });

  it('zeroes covariances, also after a nonlinearity that is not 0 at 0', () => {
    for (const layer of [stax.Exp(), stax.Monomial(0), stax.Cos(), stax.RectifiedMonomial(0)]) {
      const { nngp, cov1 } = stax
        .serial(stax.Dense(2, { bStd: 1 }), layer)
        .kernel(x, null, ['nngp', 'cov1'], { maskConstant });
      for (const field of [nngp, cov1]) {
        const zeros = field.dataSync().map((entry) => Number(entry === 0));
        expect([...zeros]).toEqual(sequence.flatMap((row) => sequence.map((column) => row | column)));
      }
    }
  });

  it('goes with the Kernel to another network', () => {
    const [first, second] = [
      stax.serial(stax.Conv(4, [3], { padding: 'SAME', bStd: 0.4 }), stax.Relu()),
      stax.serial(
        stax.Conv(4, [2], { padding: 'SAME', bStd: 0.4 }),
        stax.Exp({ b: 0.3 }),
        stax.GlobalAvgPool(),
      ),
    ];
    const whole = stax.serial(first, second);
    const left = tensorOf(masked(generic([3, 5, 2]), [0, 2, 4]));
    for (const right of [tensorOf(masked(generic([2, 5, 2], 5), [1, 3])), null]) {
      const inTwo = second.kernel(first.kernel(left, right, undefined, { maskConstant }));
      const atOnce = whole.kernel(left, right, undefined, { maskConstant });
      for (const field of ['nngp', 'ntk', 'cov1', 'mask1'] as const) {
        const [actual, expected] = [inTwo[field]!.dataSync(), atOnce[field]!.dataSync()];
        expect(relativeError(actual, expected)).toBeLessThan(tolerance.f32.values);
      }
      expect(inTwo.mask2?.dataSync()).toEqual(atOnce.mask2?.dataSync());
    }
  });
});

describe('a mask is refused', () => {
  const x = masked(generic([2, 4, 3]), [1, 2]);

  it('where it may differ from channel to channel', () => {
    expect(() => stax.AvgPool([2]).kernel(tensorOf(x), null, 'nngp', { maskConstant })).toThrow(
      UnsupportedError,
    );
    expect(() =>
      stax.GlobalAvgPool().apply([], tensorOf(x), { maskConstant }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: GlobalAvgPool: the mask must be one for all channels, got one for each of 3. Put a Dense or Conv layer before it.]`,
    );
  });

  it('by layers that have no rule for it', () => {
    expect(() =>
      stax.MaxPool([2]).apply([], tensorOf(x), { maskConstant }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: MaxPool: takes no masked inputs. Leave maskConstant out.]`,
    );
  });

  it('of another type', async () => {
    const bad = { get: 'nngp', maskConstant: '10' as never } as const;
    await expect(gram(dense().kernel, generic([2, 3]), null, bad)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TypeError: gram: maskConstant must be a number, got '10'. Pass one that no input holds, or NaN.]`,
    );
  });
});
