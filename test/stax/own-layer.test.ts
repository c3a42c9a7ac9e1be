import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { explain, gram, monteCarloKernel, random, ShapeError, stax } from '../../src/index.js';
import { sines } from '../finite/nets.js';

/** Dense with weights ±wStd/√n, as docs/how-to/own-layer.md has it, that wants its inputs to have `least` channels. */
function SignDense(width: number, wStd: number, least = 1): stax.Layer {
  return stax.layer({
    name: 'SignDense',
    axes: { input: { batchAxis: 0, channelAxis: -1 } },
    outShape(shape) {
      if (shape[shape.length - 1] < least) throw new ShapeError(`SignDense: wants ${least} channels.`);
      return [...shape.slice(0, -1), width];
    },
    params(key, shape) {
      const channels = shape[shape.length - 1];
      return tf.tensor2d(random.normal(key, [channels, width]).data.map(Math.sign), [channels, width]);
    },
    apply(params, x) {
      const w = params as tf.Tensor2D;
      const flat = tf.mul(tf.matMul(tf.reshape(x, [-1, w.shape[0]]), w), wStd / Math.sqrt(w.shape[0]));
      return tf.reshape(flat, [...x.shape.slice(0, -1), width]);
    },
    propagate(k, shape) {
      const scale = wStd ** 2;
      const op = {
        op: 'affine',
        shape: shape.slice(0, -1),
        scale,
        shift: 0,
        ntkFromNngp: scale,
        ntkShift: 0,
      } as const;
      return stax.appendOps(k, [op], { shape, isGaussian: true, isInput: false });
    },
  });
}

const x = sines([3, 4, 2], 1);
const net = (dense: (width: number, wStd: number) => stax.Layer) =>
  stax.serial(
    stax.Dense(256),
    stax.Relu(),
    dense(256, 1.4),
    stax.Relu(),
    stax.GlobalAvgPool(),
    dense(1, 0.9),
  ) as stax.Layer;
const own = net(SignDense);
const known = net((width, wStd) => stax.Dense(width, { wStd }));

describe("a layer of one's own", () => {
  it('has the kernel that its ops say, on every executor', async () => {
    for (const get of ['nngp', 'ntk'] as const) {
      const [actual, expected] = [
        await gram(own.kernel, x, null, { get }),
        await gram(known.kernel, x, null, { get }),
      ];
      expect(actual.to2DArray()).toEqual(expected.to2DArray());
      for (const executor of ['engine', 'tf'] as const) {
        const kernel = own.kernel(x, null, get, { executor });
        expect(kernel.arraySync()).toEqual(known.kernel(x, null, get, { executor }).arraySync());
      }
    }
    expect((await explain(own.kernel, [4, 2])).text).toBe((await explain(known.kernel, [4, 2])).text);
  });

  it('has a finite network that tends to it', async () => {
    const { ntk } = await monteCarloKernel(own, x, null, { get: 'ntk', key: random.key(1), draws: 20 });
    const exact = known.kernel(x, null, 'ntk').dataSync();
    ntk.mean.data.forEach((mean, i) => {
      expect(Math.abs(mean - exact[i])).toBeLessThan(4 * ntk.standardError.data[i]);
    });
  });

  it('takes masks, and refuses shapes by its own rule', () => {
    const short = tf.concat([tf.slice(x, [0, 0, 0], [3, 3, 2]), tf.fill([3, 1, 2], 7)], 1);
    const masked = (network: stax.Layer) =>
      network.kernel(short, null, 'nngp', { maskConstant: 7 }).arraySync();
    expect(masked(own)).toEqual(masked(known));
    expect(masked(own)).not.toEqual(own.kernel(short, null, 'nngp').arraySync());
    const picky = stax.serial(SignDense(4, 1, 3));
    expect(() => picky.init(random.key(0), [-1, 2])).toThrow(ShapeError);
    expect(() => picky.kernel(tf.ones([1, 2]), null, 'nngp')).toThrow('SignDense: wants 3 channels.');
    expect(picky.init(random.key(0), [-1, 5])[0]).toEqual([-1, 4]);
  });
});
