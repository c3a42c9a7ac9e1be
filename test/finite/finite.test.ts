import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import {
  empiricalKernel,
  empiricalNngp,
  empiricalNtk,
  empiricalNtkVp,
  linearize,
  monteCarloKernel,
  networkFunction,
  random,
  stax,
  taylorExpand,
} from '../../src/index.js';
import type { Params } from '../../src/stax/index.js';
import { tolerance } from '../support/tolerance.js';
import { error, filled, nets, parametersOf, sines } from './nets.js';

const { layer } = nets.dense;
const params = parametersOf('dense');
const x = sines([3, 3], 0.3);

/** A model with the usual kinds of layers. */
function model(): tf.Sequential {
  const own = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 2, activation: 'tanh', inputShape: [5, 5, 1] }),
      tf.layers.depthwiseConv2d({ kernelSize: 2, padding: 'same' }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.averagePooling2d({ poolSize: 2, strides: 1 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4, activation: 'elu' }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  own.trainableWeights.forEach((weight, i) => {
    weight.write(sines(weight.shape as number[], i, 0.7));
  });
  return own;
}

/** A `GraphModel` of tanh(x·w + b), as a converter would write it. */
async function graphModel(): Promise<tf.GraphModel> {
  const [w, b] = [sines([3, 2], 1), sines([2], 2)];
  const shapeOf = (sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
  const constant = (name: string, sizes: number[]) => ({
    name,
    op: 'Const',
    attr: {
      dtype: { type: 'DT_FLOAT' },
      value: { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(sizes).shape } },
    },
  });
  const modelTopology = {
    versions: { producer: 1 },
    node: [
      { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: shapeOf([-1, 3]) } },
      constant('w', [3, 2]),
      constant('b', [2]),
      {
        name: 'xw',
        op: 'MatMul',
        input: ['x', 'w'],
        attr: { T: { type: 'DT_FLOAT' }, transpose_a: { b: false }, transpose_b: { b: false } },
      },
      { name: 'sum', op: 'Add', input: ['xw', 'b'], attr: { T: { type: 'DT_FLOAT' } } },
      { name: 'y', op: 'Tanh', input: ['sum'], attr: { T: { type: 'DT_FLOAT' } } },
    ],
  };
  const weightSpecs = [
    { name: 'w', shape: [3, 2], dtype: 'float32' as const },
    { name: 'b', shape: [2], dtype: 'float32' as const },
  ];
  const weightData = new Float32Array([...w.dataSync(), ...b.dataSync()]).buffer;
  return tf.loadGraphModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

/** The derivatives of f's outputs along a direction of the parameters, by central differences. */
function difference(
  f: (params: Params) => tf.Tensor,
  at: Params,
  direction: Params,
  step: number,
): Float32Array {
  const directions = flat(direction);
  const moved = (sign: number) => {
    let next = 0;
    return stax.mapParams(at, (tensor) => tf.add(tensor, tf.mul(sign * step, directions[next++])));
  };
  return tf.div(tf.sub(f(moved(1)), f(moved(-1))), 2 * step).dataSync() as Float32Array;
}

const flat = (tree: Params): tf.Tensor[] =>
  tree instanceof tf.Tensor ? [tree] : Object.values(tree).flatMap(flat);

describe('empiricalNtk', () => {
  it('is the sum of products of differences in single parameters', async () => {
    const single = sines([2, 3], 1);
    const f = (w: Params, input: tf.Tensor) => tf.tanh(tf.matMul(input, w as tf.Tensor, false, true));
    const columns = Array.from({ length: 6 }, (_, k) => {
      const unit = tf.tensor(
        Array.from({ length: 6 }, (_, i) => Number(i === k)),
        [2, 3],
      );
      return difference((w) => f(w, x), single, unit, 1e-2);
    });
    const expected = Array.from({ length: 36 }, (_, at) => {
      const [a, b] = [Math.floor(at / 6), at % 6];
      // Outputs [3, 2], kernel [3, 3, 2, 2].
      const [i, c, j, d] = [Math.floor(a / 2), a % 2, Math.floor(b / 2), b % 2];
      return {
        place: ((i * 3 + j) * 2 + c) * 2 + d,
        value: columns.reduce((sum, column) => sum + column[a] * column[b], 0),
      };
    });
    const { data } = await empiricalNtk(f, single, x, null, { traceAxes: [] });
    const ordered = new Float64Array(36);
    for (const { place, value } of expected) ordered[place] = value;
    expect(error(data, ordered)).toBeLessThan(tolerance.f32.finiteDifference);
  });

  it('tends to the kernel of infinite width at the rate 1/√width', async () => {
    const errorAt = async (width: number): Promise<number> => {
      const net = stax.serial(stax.Dense(width, { bStd: 0.3 }), stax.Relu(), stax.Dense(1));
      const exact = net.kernel(x, null, 'ntk').dataSync();
      let squares = 0;
      const draws = 12;
      for (const key of random.split(random.key(1), draws)) {
        const [, own] = net.init(key, x.shape);
        const { data } = await empiricalNtk(net.apply, own, x, null);
        squares += data.reduce((sum, entry, i) => sum + (entry - exact[i]) ** 2, 0) / draws;
      }
      return Math.sqrt(squares);
    };
    // 16 times as wide: 4 times as close, within what 12 draws can tell.
    const ratio = (await errorAt(32)) / (await errorAt(512));
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(5.7);
  });

  it('is exactly symmetric where x2 is absent, in blocks too', async () => {
    const { data } = await empiricalNtk(layer.apply, params, x, null, { batchSize: 2 });
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(data[i * 3 + j]).toBe(data[j * 3 + i]);
  });

  it('differentiates whole batches of a network that mixes samples, if told to', async () => {
    const centred = (p: Params, input: tf.Tensor) => {
      const y = layer.apply(p, input);
      return tf.sub(y, tf.mean(y, 0, true));
    };
    await expect(empiricalNtk(centred, params, x, null)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: empiricalNtk: sample 0 has other outputs alone than among 3, so the network mixes the samples of a batch or is random. Pass vmapAxes: null, which differentiates whole batches.]`,
    );
    const { data } = await empiricalNtk(centred, params, x, null, { vmapAxes: null });
    // Centred outputs have a centred kernel.
    for (let i = 0; i < 3; i++)
      expect(Math.abs(data[i * 3] + data[i * 3 + 1] + data[i * 3 + 2])).toBeLessThan(1e-5);
  });

  it('has no derivatives in parameters that are not used', async () => {
    const unused = { own: params, rest: tf.ones([7]) };
    const f = (p: Params, input: tf.Tensor) => layer.apply((p as { own: Params }).own, input);
    const ntk = await empiricalNtk(f, unused, x, null);
    expect(ntk.data).toEqual((await empiricalNtk(layer.apply, params, x, null)).data);
  });

  it('reports its passes, and stops when told to', async () => {
    const onProgress = vi.fn();
    await empiricalNtk(layer.apply, params, x, null, { onProgress });
    expect(onProgress.mock.calls.at(-1)).toEqual([9, 9]);
    const controller = new AbortController();
    const work = empiricalNtk(layer.apply, params, x, null, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('takes arrays for inputs', async () => {
    const array = { shape: [3, 3], data: Float64Array.from(x.dataSync()) };
    const ntk = await empiricalNtk(layer.apply, params, array, null);
    expect(ntk.data).toEqual((await empiricalNtk(layer.apply, params, x, null)).data);
  });

  it('leaves no tensors behind', async () => {
    const two = sines([2, 3], 1);
    const before = tf.memory().numTensors;
    for (const implementation of ['JACOBIAN_CONTRACTION', 'NTK_VECTOR_PRODUCTS'] as const) {
      await empiricalNtk(layer.apply, params, x, two, { implementation });
    }
    await empiricalNtk(layer.apply, params, x, null, { traceAxes: [5] }).catch(() => null);
    const product = empiricalNtkVp(layer.apply, params, x, null);
    tf.dispose(tf.tidy(() => product(tf.ones([3, 3]))));
    tf.dispose(linearize(layer.apply, params)(params, x));
    tf.dispose(taylorExpand(layer.apply, params, 3)(params, x));
    await monteCarloKernel(layer, x, null, { get: ['nngp', 'ntk'], key: random.key(0), draws: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['an axis that does not exist', { traceAxes: [2] }],
    ['an axis in both lists', { traceAxes: [-1], diagonalAxes: [1] }],
    ['a block of 0', { batchSize: 0 }],
    ['another axis of samples', { vmapAxes: 1 as 0 }],
    ['an unknown implementation', { implementation: 'AUTO' as 'JACOBIAN_CONTRACTION' }],
    ['an unknown option', { trace: [1] } as object],
  ])('refuses %s', async (_, options) => {
    await expect(empiricalNtk(layer.apply, params, x, null, options)).rejects.toThrowErrorMatchingSnapshot();
  });

  it.each<[string, (p: Params, input: tf.Tensor) => tf.Tensor, Params]>([
    ['no parameters', layer.apply, []],
    ['whole numbers for parameters', layer.apply, tf.tensor1d([1], 'int32')],
    ['several outputs', (p, input) => [layer.apply(p, input)] as unknown as tf.Tensor, params],
    ['outputs that are no floats', (p, input) => tf.argMax(layer.apply(p, input), 1), params],
    ['another number of outputs', (p, input) => tf.sum(layer.apply(p, input), 0), params],
    ['outputs that overflow', (p, input) => tf.div(layer.apply(p, input), 0), params],
  ])('refuses %s', async (_, f, own) => {
    await expect(empiricalNtk(f, own, x, null)).rejects.toThrowErrorMatchingSnapshot();
  });

  it('refuses samples of two sizes that are averaged over, and unknown fields', async () => {
    const two = sines([2, 3], 1);
    await expect(
      empiricalNngp(layer.apply, params, x, two, { traceAxes: [0] }),
    ).rejects.toThrowErrorMatchingSnapshot();
    const get = 'cov1' as 'ntk';
    await expect(
      empiricalKernel(layer.apply, params, x, null, { get }),
    ).rejects.toThrowErrorMatchingSnapshot();
  });
});

describe('linearize', () => {
  it('has the derivatives of the network, and trains by them', () => {
    const linear = linearize(layer.apply, params);
    const v = sines([3, 3], 2);
    const gradientOf = (f: (p: Params) => tf.Tensor, at: Params) => {
      const leaves = flat(at);
      let given: tf.Tensor[] = [];
      const rebuilt = () => {
        let next = 0;
        return stax.mapParams(at, () => given[next++]);
      };
      return tf.grads((...tensors: tf.Tensor[]) => {
        given = tensors;
        return tf.sum(tf.mul(f(rebuilt()), v));
      })(leaves);
    };
    const expected = gradientOf((p) => layer.apply(p, x), params);
    // The same anywhere.
    const actual = gradientOf((p) => linear(p, x), filled(params, 2, 0.5));
    actual.forEach((gradient, i) => {
      expect(error(gradient.dataSync(), expected[i].dataSync())).toBeLessThan(tolerance.f32.rounding);
    });
  });

  it('is the network along its parameters, to first order', () => {
    const direction = filled(params, 2, 1);
    const slope = difference((p) => layer.apply(p, x), params, direction, 1e-2);
    const linear = linearize(layer.apply, params);
    const straight = difference((p) => linear(p, x), params, direction, 1);
    expect(error(straight, slope)).toBeLessThan(1e-3);
  });

  it('refuses parameters of another form', () => {
    expect(() => linearize(layer.apply, params)(tf.ones([2]), x)).toThrowErrorMatchingSnapshot();
    expect(() => linearize(layer.apply, [])).toThrowErrorMatchingSnapshot();
    expect(() => empiricalNtkVp(layer.apply, params, x, null)(tf.ones([2]))).toThrowErrorMatchingSnapshot();
  });
});

describe('taylorExpand', () => {
  it('is exact for polynomials of its degree', () => {
    const cubic = (p: Params, input: tf.Tensor) => {
      const w = p as tf.Tensor;
      return tf.add(tf.sub(tf.mul(tf.pow(w, 3), input), tf.mul(2, tf.square(w))), w);
    };
    const [start, moved] = [sines([3], 0.3), sines([3], 1.1)];
    const inputs = sines([3], 2);
    const exact = cubic(moved, inputs).dataSync();
    expect(error(taylorExpand(cubic, start, 3)(moved, inputs).dataSync(), exact)).toBeLessThan(
      tolerance.f32.rounding,
    );
    expect(error(taylorExpand(cubic, start, 4)(moved, inputs).dataSync(), exact)).toBeLessThan(
      tolerance.f32.rounding,
    );
    expect(error(taylorExpand(cubic, start, 2)(moved, inputs).dataSync(), exact)).toBeGreaterThan(1e-2);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, number[]]>([
    ['exp', tf.exp, [1, 1, 1 / 2, 1 / 6, 1 / 24]],
    ['tanh', tf.tanh, [0, 1, 0, -1 / 3, 0]],
    ['sigmoid', tf.sigmoid, [1 / 2, 1 / 4, 0, -1 / 48, 0]],
    ['elu', tf.elu, [0, 1, 1 / 2, 1 / 6, 1 / 24]],
    ['sin', tf.sin, [0, 1, 0, -1 / 6, 0]],
    ['1/(1 − x)', (w) => tf.div(1, tf.sub(1, w)), [1, 1, 1, 1, 1]],
    ['√(1 + x)', (w) => tf.sqrt(tf.add(1, w)), [1, 1 / 2, -1 / 8, 1 / 16, -5 / 128]],
  ])('has the series of %s', (_, fn, coefficients) => {
    const f = (p: Params) => fn(p as tf.Tensor);
    const at = -0.75;
    for (let degree = 0; degree < coefficients.length; degree++) {
      const expected = coefficients.slice(0, degree + 1).reduce((sum, c, k) => sum + c * at ** k, 0);
      const value = taylorExpand(f, tf.scalar(0), degree)(tf.scalar(at), tf.scalar(0)).dataSync()[0];
      expect(Math.abs(value - expected)).toBeLessThan(tolerance.f32.values);
    }
  });

  it('refuses a degree that is no whole number', () => {
    expect(() => taylorExpand(layer.apply, params, 1.5)).toThrowErrorMatchingSnapshot();
  });
});

describe('monteCarloKernel', () => {
  const options = { get: ['nngp', 'ntk'], key: random.key(3) } as const;

  it('goes on from an earlier result to the same bits, through JSON', async () => {
    const all = await monteCarloKernel(layer, x, null, { ...options, draws: 5 });
    const first = await monteCarloKernel(layer, x, null, { ...options, draws: 2 });
    const stored = JSON.parse(JSON.stringify(first), (_, value) =>
      value?.shape ? { shape: value.shape, data: Float64Array.from(Object.values(value.data)) } : value,
    );
    expect(await monteCarloKernel(layer, x, null, { ...options, draws: 5, resume: stored })).toEqual(all);
    expect(await monteCarloKernel(layer, x, null, { ...options, draws: 2, resume: first })).toEqual(first);
  });

  it('is within its standard errors of the exact kernel, and stops at a tolerance', async () => {
    const net = stax.serial(stax.Dense(512, { bStd: 0.1 }), stax.Relu(), stax.Dense(64));
    const { nngp, draws } = await monteCarloKernel(net, x, null, {
      ...options,
      get: 'nngp',
      draws: 1000,
      tolerance: 0.02,
    });
    const exact = net.kernel(x, null, 'nngp').dataSync();
    expect(draws).toBeLessThan(200);
    expect(Math.max(...nngp.standardError.data)).toBeLessThan(0.02 * Math.max(...nngp.mean.data));
    nngp.mean.data.forEach((mean, i) => {
      expect(Math.abs(mean - exact[i])).toBeLessThan(4 * nngp.standardError.data[i]);
    });
  });

  it('averages networks that draw noise', async () => {
    const net = stax.serial(stax.Dense(16), stax.Relu(), stax.Dropout(0.5), stax.Dense(1));
    await expect(monteCarloKernel(net, x, null, { ...options, draws: 2 })).rejects.toThrow('vmapAxes: null');
    const { ntk } = await monteCarloKernel(net, x, null, { ...options, draws: 2, vmapAxes: null });
    expect(ntk.mean.shape).toEqual([3, 3]);
  });

  it('refuses what it cannot do', async () => {
    const call = (more: object) => monteCarloKernel(layer, x, null, { ...options, draws: 2, ...more });
    await expect(call({ draws: 0 })).rejects.toThrowErrorMatchingSnapshot();
    await expect(call({ tolerance: -1 })).rejects.toThrowErrorMatchingSnapshot();
    const other = await monteCarloKernel(layer, sines([2, 3], 1), null, { ...options, draws: 1 });
    await expect(call({ resume: other })).rejects.toThrowErrorMatchingSnapshot();
    const { nngp } = other;
    await expect(call({ resume: { nngp, draws: 1 } })).rejects.toThrowErrorMatchingSnapshot();
  });
});

describe('networkFunction', () => {
  it.each([
    ['a LayersModel', async () => model(), sines([2, 5, 5, 1], 1)],
    ['a GraphModel', graphModel, sines([2, 3], 1)],
  ] as const)('runs %s with other weights, and leaves it as it is', async (_, make, inputs) => {
    const own = await make();
    const { apply, params: weights } = networkFunction(own);
    const predicted = (own.predict(inputs) as tf.Tensor).dataSync();
    const twice = stax.mapParams(weights, (tensor) => tf.mul(tensor, 2));
    expect(apply(weights, inputs).dataSync()).toEqual(predicted);
    expect(apply(twice, inputs).dataSync()).not.toEqual(predicted);
    expect((own.predict(inputs) as tf.Tensor).dataSync()).toEqual(predicted);
    const before = tf.memory().numTensors;
    const [contraction, products] = await Promise.all(
      (['JACOBIAN_CONTRACTION', 'NTK_VECTOR_PRODUCTS'] as const).map((implementation) =>
        empiricalNtk(apply, weights, inputs, null, { traceAxes: [], implementation }),
      ),
    );
    expect(error(products.data, contraction.data)).toBeLessThan(tolerance.f32.values);
    expect(tf.memory().numTensors).toBe(before);
    const direction = filled(weights, 2, 1);
    const slope = difference((p) => apply(p, inputs), weights, direction, 1e-3);
    const straight = difference((p) => linearize(apply, weights)(p, inputs), weights, direction, 1);
    expect(error(straight, slope)).toBeLessThan(5e-3);
  });

  it('leaves weights out that are not trained', () => {
    const own = model();
    own.layers[0].trainable = false;
    expect(Object.keys(networkFunction(own).params)).toHaveLength(8);
    expect(
      Object.keys(networkFunction(own, { trainable: (name) => name.includes('kernel') }).params),
    ).toHaveLength(3);
    own.trainable = false;
    expect(() => networkFunction(own)).toThrowErrorMatchingSnapshot();
    expect(() => networkFunction({} as tf.LayersModel)).toThrowErrorMatchingSnapshot();
  });
});
