import * as tf from '@tensorflow/tfjs';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { estimate, explain, gram, random, ShapeError, stax, UnsupportedError } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAvgPool, ImageResize, Index, LayerNorm } = stax;
const { Relu, serial, Slice } = stax;

const net = (...layers: AnyLayer[]): Layer => serial(...(layers as [Layer])) as Layer;
const weights = () => Dense(8, { wStd: 1.4, bStd: 0.3 });
const rest = () => [Relu(), Dense(8, { wStd: 1.2, bStd: 0.1 })];

const x1 = tf.randomNormal([5, 4], 0.5, 1, 'float32', 1);
const x2 = tf.randomNormal([3, 4], 0.5, 1, 'float32', 2);

const fields = ['nngp', 'ntk', 'cov1', 'cov2'] as const;

/** Compares all covariances, entry by entry. */
function expectSame(actual: Record<string, tf.Tensor | null>, expected: Record<string, tf.Tensor | null>) {
  for (const field of fields) {
    expect(actual[field] === null).toBe(expected[field] === null);
    if (!actual[field] || !expected[field]) continue;
    expect(actual[field].shape).toEqual(expected[field].shape);
    expect(relativeError(actual[field].dataSync(), expected[field].dataSync())).toBeLessThan(
      tolerance.f32.values,
    );
  }
}

describe('Index of the batch', () => {
  const part = Slice(null, null, -2);

  test('is the kernel of these samples', () => {
    const picked = [x1.gather([4, 2, 0]), x2.gather([2, 0])];
    const taken = net(weights(), Index([part]), ...rest());
    const plain = net(weights(), ...rest());
    expectSame(taken.kernel(x1, x2, fields), plain.kernel(picked[0], picked[1], fields));
    expectSame(taken.kernel(x1, null, fields), plain.kernel(picked[0], null, fields));
    expectSame(taken.kernel(x1, x1, fields), plain.kernel(picked[0], picked[0], fields));
    expect(taken.kernel(x1, x2, ['shape1', 'shape2'])).toEqual({ shape1: [3, 8], shape2: [2, 8] });
  });

  test('has its gradients', () => {
    const loss = (layers: Layer, pick: boolean) => (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.square(layers.kernel(pick ? a.gather([4, 2, 0]) : a, pick ? b.gather([2, 0]) : b, 'ntk')));
    const taken = tf.grads(loss(net(weights(), Index([part]), ...rest()), false))([x1, x2]);
    const plain = tf.grads(loss(net(weights(), ...rest()), true))([x1, x2]);
    taken.forEach((gradient, i) => {
      expect(relativeError(gradient.dataSync(), plain[i].dataSync())).toBeLessThan(tolerance.f32.gradients);
    });
  });

  test('takes positions as well, in the finite network too', () => {
    const layer = Index([Slice(1), -1]);
    const x = tf.range(0, 24).reshape([3, 4, 2]);
    expect(layer.init(random.key(0), [3, 4, 2])[0]).toEqual([2, 2]);
    expect(layer.apply([], x).arraySync()).toEqual(x.slice([1, 3]).reshape([2, 2]).arraySync());
    const { nngp } = net(Conv(8, [1]), layer).kernel(x, null, ['nngp']);
    const plain = net(Conv(8, [1]), Index([Slice(), -1])).kernel(x.slice([1]), null, ['nngp']);
    expect(relativeError(nngp.dataSync(), plain.nngp.dataSync())).toBeLessThan(tolerance.f32.rounding);
  });

  test('goes on from a Kernel of one batch', () => {
    const first = weights().kernel(x1);
    const taken = net(Index([part]), ...rest());
    expectSame(taken.kernel(first, null, fields), net(weights(), taken).kernel(x1, null, fields));
    expect(() => taken.kernel(weights().kernel(x1, x2))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: a network that mixes the samples of a batch needs the covariances of all of them with each other, got a Kernel between two batches. Pass a Kernel of one batch (x2 null), or the inputs.]`,
    );
  });

  test('needs samples to take', () => {
    expect(() =>
      net(weights(), Index([Slice(7)])).kernel(x1, null, 'nngp'),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: a slice of a batch of 5 samples holds none of them.]`,
    );
    expect(() => Index([Slice(0, 2)]).init(random.key(0), [-1, 4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Index: init needs to know the size of a batch that it takes a part of, got -1. Pass e.g. [32, 784].]`,
    );
    expect(() => Index([0]).init(random.key(0), [5, 4])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Index: takes a slice of the batch axis, got 0. Pass e.g. Slice(0, 1).]`,
    );
    const uneven = net(
      stax.FanOut(2),
      stax.parallel(weights(), net(weights(), Index([part]))),
      stax.FanInSum(),
    );
    expect(() => uneven.kernel(x1, null, 'nngp')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernel: branches must have as many samples, got 5 and 3.]`,
    );
  });
});

describe('FanInConcat along the batch', () => {
  const branches = () =>
    stax.parallel(Dense(8, { wStd: 1.4 }), net(Dense(8), Relu(), Dense(8, { bStd: 0.4 })));
  const joined = (...layers: AnyLayer[]) => net(stax.FanOut(2), branches(), stax.FanInConcat(0), ...layers);

  test('puts kernels of branches beside each other, and zeros between them', () => {
    const [first, second] = net(stax.FanOut(2), branches() as AnyLayer).kernel(
      x1,
      x2,
      fields,
    ) as unknown as Record<(typeof fields)[number], tf.Tensor>[];
    const { nngp, ntk, cov1, cov2 } = joined().kernel(x1, x2, fields);
    const blocks = (a: tf.Tensor, b: tf.Tensor) => {
      const right = tf.concat([a, tf.zeros([5, 3])], 1);
      return tf.concat([right, tf.concat([tf.zeros([5, 3]), b], 1)]);
    };
    for (const [actual, wanted] of [
      [nngp, blocks(first.nngp, second.nngp)],
      [ntk, blocks(first.ntk, second.ntk)],
      [cov1, tf.concat([first.cov1, second.cov1])],
      [cov2!, tf.concat([first.cov2, second.cov2])],
    ]) {
      expect(actual.shape).toEqual(wanted.shape);
      expect(relativeError(actual.dataSync(), wanted.dataSync())).toBeLessThan(tolerance.f32.values);
    }
  });

  test('is undone by taking one branch out again', () => {
    const taken = joined(Index([Slice(0, 5)]), ...rest());
    const plain = net(Dense(8, { wStd: 1.4 }), ...rest());
    expectSame(taken.kernel(x1, null, fields), plain.kernel(x1, null, fields));
    expect(taken.init(random.key(0), [5, 4])[0]).toEqual([5, 8]);
    expect(joined().init(random.key(0), [-1, 4])[0]).toEqual([-1, 8]);
    const [, params] = joined().init(random.key(0), [5, 4]);
    expect(joined().apply(params, x1).shape).toEqual([10, 8]);
  });
});

describe('ImageResize of the batch', () => {
  test('mixes samples by its weights', () => {
    const resize = ImageResize([4, -1], 'linear');
    const r = [5, 3].map((n) => resize.apply([], tf.eye(n)) as tf.Tensor2D);
    const { nngp, ntk, cov1, cov2 } = net(weights(), resize).kernel(x1, x2, fields);
    const plain = weights().kernel(x1, x2, fields);
    const between = (k: tf.Tensor, a = r[0], b = r[1]) =>
      tf.matMul(tf.matMul(a, k as tf.Tensor2D), b, false, true);
    const own = (x: tf.Tensor, a: tf.Tensor2D) => diagonal(between(weights().kernel(x, null, 'nngp'), a, a));
    for (const [actual, wanted] of [
      [nngp, between(plain.nngp)],
      [ntk, between(plain.ntk)],
      [cov1, own(x1, r[0])],
      [cov2!, own(x2, r[1])],
    ]) {
      expect(actual.shape).toEqual(wanted.shape);
      expect(relativeError(actual.dataSync(), wanted.dataSync())).toBeLessThan(tolerance.f32.values);
    }
    expect(resize.init(random.key(0), [-1, 8])[0]).toEqual([4, 8]);
  });

  test('resizes images as well', () => {
    const x = tf.randomNormal([3, 4, 2], 0, 1, 'float32', 4);
    const both = net(Conv(8, [1]), ImageResize([2, 3, -1], 'nearest')).kernel(x, null, fields);
    const picked = net(Conv(8, [1]), ImageResize([-1, 3, -1], 'nearest')).kernel(
      x.gather([0, 2]),
      null,
      fields,
    );
    expectSame(both, picked);
  });
});

describe('LayerNorm over the batch', () => {
  test('divides by the spread of each batch', () => {
    const { nngp, cov1, cov2 } = net(weights(), LayerNorm({ axis: [0, -1] })).kernel(x1, x2, fields);
    const plain = weights().kernel(x1, x2, fields);
    const [v1, v2] = [plain.cov1, plain.cov2!].map((cov) => cov.mean());
    const expected = {
      nngp: plain.nngp.div(v1.mul(v2).sqrt()),
      cov1: plain.cov1.div(v1),
      cov2: plain.cov2!.div(v2),
    };
    for (const [actual, wanted] of [
      [nngp, expected.nngp],
      [cov1, expected.cov1],
      [cov2!, expected.cov2],
    ]) {
      expect(relativeError(actual.dataSync(), wanted.dataSync())).toBeLessThan(tolerance.f32.values);
    }
  });

  test('keeps the positions that are not named apart', () => {
    const x = tf.randomNormal([3, 4, 2, 2], 0, 1, 'float32', 4);
    const conv = Conv(8, [1, 1]);
    const { cov1 } = net(conv, LayerNorm({ axis: [0, 1, 3], eps: 0 })).kernel(x, null, fields);
    // The variances at one position of the second axis average to 1 over the batch and the first axis.
    const [p, q] = [4, 2];
    const data = cov1.dataSync();
    for (let w = 0; w < q; w++) {
      let sum = 0;
      for (let i = 0; i < 3; i++) {
        for (let h = 0; h < p; h++) sum += data[(((i * p + h) * p + h) * q + w) * q + w];
      }
      expect(relativeError([sum / 12], [1])).toBeLessThan(tolerance.f32.rounding);
    }
    const y = LayerNorm({ axis: [0, 1, 3] }).apply([], x);
    const { variance } = tf.moments(y, [0, 1, 3]);
    expect(relativeError(variance.dataSync(), [1, 1])).toBeLessThan(tolerance.f32.rounding);
  });
});

describe('BatchNorm', () => {
  test('centres and scales each channel of the finite network', () => {
    const x = tf.randomNormal([3, 4, 5], 2, 3, 'float32', 4);
    const { mean, variance } = tf.moments(BatchNorm({ eps: 0 }).apply([], x), [0, 1]);
    expect(relativeError(mean.dataSync(), new Float32Array(5))).toBeLessThan(tolerance.f32.rounding);
    expect(relativeError(variance.dataSync(), new Float32Array(5).fill(1))).toBeLessThan(
      tolerance.f32.rounding,
    );
  });

  test('centres and scales kernels by the statistics of each batch', () => {
    const layers = net(weights(), BatchNorm({ eps: 0.1 }));
    const [a, b] = [centring(5), centring(3)];
    const within = (x: tf.Tensor) => weights().kernel(x, null, 'nngp') as tf.Tensor2D;
    const [c1, c2] = [
      [within(x1), a],
      [within(x2), b],
    ].map(([k, g]) => tf.matMul(tf.matMul(g, k), g));
    const [v1, v2] = [c1, c2].map((c) => tf.mean(diagonal(c)).add(0.1));
    const { nngp, ntk, cov1, cov2 } = layers.kernel(x1, x2, fields);
    const plain = weights().kernel(x1, x2, fields);
    const scale = v1.mul(v2).sqrt();
    const between = (k: tf.Tensor) => tf.matMul(tf.matMul(a, k as tf.Tensor2D), b).div(scale);
    for (const [actual, wanted] of [
      [nngp, between(plain.nngp)],
      [ntk, between(plain.ntk)],
      [cov1, diagonal(c1).div(v1)],
      [cov2!, diagonal(c2).div(v2)],
    ]) {
      expect(relativeError(actual.dataSync(), wanted.dataSync())).toBeLessThan(tolerance.f32.values);
    }
  });

  test('has the derivatives of its values', () => {
    const { kernel } = net(weights(), BatchNorm(), ...rest());
    const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(kernel(a, b, 'ntk')));
    const gradients = tf.grads(loss)([x1, x2]);
    const lines = [x1, x2].map((x, i) => tf.randomNormal(x.shape, 0, 1, 'float32', 5 + i));
    const along = gradients.reduce((sum, gradient, i) => sum + gradient.mul(lines[i]).sum().dataSync()[0], 0);
    const at = (t: number) => loss(x1.add(lines[0].mul(t)), x2.add(lines[1].mul(t))).dataSync()[0];
    const spread = (t: number) => at(t) - at(-t);
    const difference = (8 * spread(1e-2) - spread(2e-2)) / 0.12;
    expect(relativeError([along], [difference])).toBeLessThan(tolerance.f32.finiteDifference);
  });

  test('is over all positions of images, and of samples anywhere', () => {
    const x = tf.randomNormal([3, 4, 2], 0.4, 1, 'float32', 4);
    const layers = [Conv(8, [2]), BatchNorm(), Relu(), GlobalAvgPool()];
    const { cov1 } = net(Conv(8, [2]), BatchNorm({ eps: 0 })).kernel(x, null, ['cov1']);
    const variances = cov1.mul(tf.eye(3)).sum().div(9);
    expect(relativeError(variances.dataSync(), [1])).toBeLessThan(tolerance.f32.rounding);
    const order = tf.tensor1d([2, 0, 1], 'int32');
    const k = net(...layers).kernel(x, null, 'nngp');
    const shuffled = net(...layers).kernel(x.gather(order), null, 'nngp');
    expect(relativeError(shuffled.dataSync(), k.gather(order).gather(order, 1).dataSync())).toBeLessThan(
      tolerance.f32.values,
    );
    const alone = net(...layers).kernel(x, tf.clone(x), 'nngp');
    expect(relativeError(alone.dataSync(), k.dataSync())).toBeLessThan(tolerance.f32.values);
  });

  test('tends to the exact kernel of a finite batch as its directions grow in number', () => {
    const errors = [8, 16, 32, 64].map((n) => {
      const x = tf.randomNormal([n, 4 * n], 0, 1, 'float32', 7);
      const k = net(Dense(8, { bStd: 1 }), BatchNorm({ eps: 0 }), Relu()).kernel(x, null, 'nngp');
      const c = net(Dense(8, { bStd: 1 }))
        .kernel(x, null, 'nngp')
        .dataSync();
      const { exact, directions } = batchNormRelu(Matrix.from1DArray(n, n, [...c]));
      return { error: relativeError(k.dataSync(), exact), directions };
    });
    for (const { error, directions } of errors) expect(error * directions).toBeLessThan(1);
    expect(errors[3].error).toBeLessThan(errors[0].error / 4);
  });

  test('needs Gaussian activations', () => {
    expect(() =>
      net(weights(), Relu(), BatchNorm()).kernel(x1, null, 'nngp'),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: BatchNorm: needs Gaussian activations, got the output of Relu. Put a Dense or Conv layer before it.]`,
    );
    expect(() => BatchNorm({ eps: -1 })).toThrow(RangeError);
  });
});

describe('networks that mix the samples of a batch', () => {
  const { kernel } = net(weights(), BatchNorm(), ...rest());

  test('run on the tf executor alone, and say so', async () => {
    expect(kernel(x1, x2, 'ntk').arraySync()).toEqual(kernel(x1, x2, 'ntk', { executor: 'tf' }).arraySync());
    expect(() => kernel(x1, x2, 'ntk', { executor: 'engine' })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: engine: the op "centreBatch" mixes the samples of a batch, and the engine sees two at a time. Use the tf executor.]`,
    );
    const x = { shape: [2, 4], data: new Float64Array(8).fill(1) };
    await expect(gram(kernel, x, null, { get: 'ntk' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: gram: needs a kernel that is a function of two samples, but the network mixes the samples of a batch. Pass whole batches to its kernel: kernel(x1, x2, 'ntk').]`,
    );
    await expect(estimate(kernel, [4], 10, null, { get: 'ntk' })).rejects.toThrow(UnsupportedError);
    const { executor, ops } = await explain(kernel, [4]);
    expect(executor).toBe('tf');
    expect(ops.find(({ op }) => op === 'centreBatch')?.slow).toMatchInlineSnapshot(
      `"mixes the samples of a batch, which takes the whole network to the tf executor: float32, all pairs of positions, no gram"`,
    );
  });

  test('may drop activations, of each sample by itself', () => {
    const dropping = net(weights(), BatchNorm(), Relu(), Dropout(0.5), Flatten());
    const [a, b] = [dropping.kernel(x1, null, 'nngp'), dropping.kernel(x1, tf.clone(x1), 'nngp')];
    const ratio = a.div(b).dataSync();
    expect(relativeError(ratio, tf.add(tf.eye(5), 1).dataSync())).toBeLessThan(tolerance.f32.values);
  });

  test('take no masks', () => {
    const masked = x1.mul(x1.greater(0));
    const x = masked.reshape([5, 4, 1]);
    const conv = () => Conv(8, [2]);
    for (const mixing of [
      net(conv(), BatchNorm()),
      net(conv(), LayerNorm({ axis: [0, -1] })),
      net(conv(), Index([Slice(1)])),
      net(conv(), ImageResize([2, -1, -1], 'linear')),
      net(stax.FanOut(2), stax.parallel(conv(), conv()), stax.FanInConcat(0)),
    ]) {
      expect(() => mixing.kernel(x, null, ['nngp', 'mask1'], { maskConstant: 0 })).toThrow(/takes no masks/);
      const [, params] = mixing.init(random.key(0), x.shape);
      expect(() => mixing.apply(params, x, { maskConstant: 0 })).toThrow(/takes no masks/);
    }
  });

  test('have their batch on any axis', () => {
    const x = tf.randomNormal([5, 6, 2], 0, 1, 'float32', 4);
    const swapped = x.transpose([1, 0, 2]);
    const layers = (axes: { batchAxis?: number }, order: 'NHC' | 'HNC') => {
      const part = Slice(0, 3);
      return net(
        Conv(8, [2], { dimensionNumbers: [order, 'HIO', order] }),
        BatchNorm(axes),
        LayerNorm({ axis: [0, 1, 2], ...axes }),
        Index(order === 'NHC' ? [part] : [Slice(), part], axes),
        Relu(),
        GlobalAvgPool(axes),
      );
    };
    const [plain, other] = [layers({}, 'NHC'), layers({ batchAxis: 1 }, 'HNC')];
    expectSame(other.kernel(swapped, null, fields), plain.kernel(x, null, fields));
    expect(other.kernel(swapped, null, 'shape1')).toEqual([3, 8]);
    const [shape, params] = other.init(random.key(0), swapped.shape);
    expect(shape).toEqual([3, 8]);
    const [, same] = plain.init(random.key(0), x.shape);
    expect(
      relativeError(other.apply(params, swapped).dataSync(), plain.apply(same, x).dataSync()),
    ).toBeLessThan(tolerance.f32.rounding);
  });

  test('give the covariances of each batch with itself on request', () => {
    const { cov1, cov2 } = kernel(x1, x2, fields, { diagonalBatch: false });
    for (const [cov, x] of [
      [cov1, x1],
      [cov2!, x2],
    ]) {
      expect(relativeError(cov.dataSync(), kernel(x, null, 'nngp').dataSync())).toBeLessThan(
        tolerance.f32.rounding,
      );
    }
  });

  test('take two batches of different sizes', () => {
    expect(kernel(x1, x2, 'nngp').shape).toEqual([5, 3]);
    expect(() => kernel(x1, tf.ones([2, 3]), 'nngp')).toThrow(ShapeError);
  });
});

/** I − 11ᵀ/n. */
const centring = (n: number): tf.Tensor2D => tf.sub(tf.eye(n), tf.fill([n, n], 1 / n)) as tf.Tensor2D;

const diagonal = (k: tf.Tensor): tf.Tensor => tf.sum(tf.mul(k, tf.eye(k.shape[0])), 1);

/**
 * E[φ(y)φ(y)ᵀ] of y = √n·Gu/‖Gu‖, u ~ N(0, K), φ a ReLU, and (tr C)²/tr C² of C = GKG: the integral over s of the dual of φ at
 * C(I + 2sC)⁻¹, weighed by n/√det(I + 2sC) (Yang et al. 2019).
 */
function batchNormRelu(k: Matrix): { exact: number[]; directions: number } {
  const n = k.rows;
  const g = Matrix.sub(Matrix.eye(n), Matrix.ones(n, n).mul(1 / n));
  const { realEigenvalues, eigenvectorMatrix: u } = new EigenvalueDecomposition(g.mmul(k).mmul(g), {
    assumeSymmetric: true,
  });
  const values = realEigenvalues.map((value) => Math.max(value, 0));
  const trace = values.reduce((a, b) => a + b, 0);
  const sum = new Float64Array(n * n);
  // s = e^t/tr C; beyond these t the integrand is below rounding.
  const step = 0.05;
  for (let t = -30; t < 12; t += step) {
    const s = Math.exp(t) / trace;
    const logDet = values.reduce((total, value) => total + Math.log1p(2 * s * value), 0);
    const weight = n * Math.exp(-0.5 * logDet) * s * step;
    const shrunk = u
      .mmul(Matrix.diag(values.map((value) => value / (1 + 2 * s * value))))
      .mmul(u.transpose());
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const length = Math.sqrt(shrunk.get(i, i) * shrunk.get(j, j));
        const cosine = Math.min(1, Math.max(-1, shrunk.get(i, j) / length));
        const angle = Math.acos(cosine);
        const dual = (length * (Math.sin(angle) + (Math.PI - angle) * cosine)) / (2 * Math.PI);
        sum[i * n + j] += weight * dual;
      }
    }
  }
  const squares = values.reduce((total, value) => total + value ** 2, 0);
  return { exact: [...sum], directions: trace ** 2 / squares };
}
