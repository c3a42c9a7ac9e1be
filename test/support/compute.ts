import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { type Dtype, gram, gramVjp, type NdArray, random, type SampleOptions } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';

/** The Gram matrices of a network and the gradients of Σ A∘nngp + Σ B∘ntk for fixed A and B, row-major. */
export interface Computed {
  readonly nngp: ArrayLike<number>;
  readonly ntk: ArrayLike<number>;
  readonly gradients: readonly ArrayLike<number>[];
}

/** Normal numbers, so that no two patches of an image are nearly parallel; exact in float32 as well. */
export function generic(shape: readonly number[], seed = 1): NdArray<Float64Array> {
  return { shape, data: Float64Array.from(random.normal(random.key(seed), shape).data) };
}

/** A, the weights of nngp's entries, or B, those of ntk's. */
export function weightsOf(field: 'nngp' | 'ntk', shape: readonly number[]): Float64Array {
  return generic(shape, field === 'nngp' ? 11 : 12).data;
}

/** By the engine. */
export async function byEngine(
  net: Layer,
  x1: NdArray,
  x2: NdArray | null,
  dtype: Dtype,
  options: SampleOptions = {},
): Promise<Computed> {
  const { nngp, ntk } = await gram(net.kernel, x1, x2, { get: ['nngp', 'ntk'], dtype, ...options });
  const [n1, n2] = [nngp.rows, nngp.columns];
  const cotangents = {
    nngp: Matrix.from1DArray(n1, n2, [...weightsOf('nngp', [n1, n2])]),
    ntk: Matrix.from1DArray(n1, n2, [...weightsOf('ntk', [n1, n2])]),
  };
  const gradients = await gramVjp(net.kernel, x1, x2, cotangents, { dtype, ...options });
  return {
    nngp: nngp.to1DArray(),
    ntk: ntk.to1DArray(),
    gradients: gradients.x2 === null ? [gradients.x1.data] : [gradients.x1.data, gradients.x2.data],
  };
}

/** By the tf executor, in float32. */
export function byTf(net: Layer, x1: NdArray, x2: NdArray | null, options: SampleOptions = {}): Computed {
  const evaluate = (a: tf.Tensor, b: tf.Tensor | null) =>
    net.kernel(a, b, ['nngp', 'ntk'], { executor: 'tf', ...options });
  const weighted = (field: tf.Tensor, name: 'nngp' | 'ntk') =>
    tf.sum(tf.mul(field, tensorOf({ shape: field.shape, data: weightsOf(name, field.shape) })));
  const loss = (a: tf.Tensor, b: tf.Tensor | null) => {
    const { nngp, ntk } = evaluate(a, b);
    return tf.add(weighted(nngp, 'nngp'), weighted(ntk, 'ntk'));
  };
  return tf.tidy(() => {
    const [a, b] = [tensorOf(x1), x2 && tensorOf(x2)];
    const { nngp, ntk } = evaluate(a, b);
    const gradients = b === null ? [tf.grad((x) => loss(x, null))(a)] : tf.grads(loss)([a, b]);
    return {
      nngp: nngp.dataSync(),
      ntk: ntk.dataSync(),
      gradients: gradients.map((gradient) => gradient.dataSync()),
    };
  });
}

/** Σ A∘nngp + Σ B∘ntk. */
export function lossOf({ nngp, ntk }: Computed): number {
  const [a, b] = [weightsOf('nngp', [nngp.length]), weightsOf('ntk', [ntk.length])];
  return a.reduce((sum, weight, i) => sum + weight * nngp[i] + b[i] * ntk[i], 0);
}

/** A float32 tensor of it. */
export function tensorOf({ shape, data }: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape]);
}
