import * as tf from '@tensorflow/tfjs';
import { type Kernel, type NdArray, stax } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';
import { relativeError } from './compare.js';
import { tensorOf } from './compute.js';

/** Entries of the weights of Σ A∘nngp + Σ B∘ntk, whose gradients are looked at. */
export type Weights = (field: 'nngp' | 'ntk', shape: readonly number[]) => ArrayLike<number>;

/** Largest relative errors of values and of gradients. */
export interface Lost {
  readonly values: number;
  readonly gradients: number;
}

/** How roundings fall is luck: other units for the covariances draw them anew. */
const units = Array.from({ length: 12 }, (_, i) => 1 + (i + 1) / 16);

/**
 * What rounding to float32 costs at least: the largest change of a network's kernels and of their gradients in the inputs when the
 * inputs' covariances are rounded by a unit in the last place. All else is computed in float64 by the engine.
 *
 * Where a network makes activations nearly parallel this is much: the NTK's gradient holds 1/sin θ, and θ²/2 = 1 − c is
 * what is left of K and q.
 */
export function lostByRounding(net: Layer, x1: NdArray, x2: NdArray | null, weights: Weights): Lost {
  return tf.tidy(() => {
    const inputs = [x1, x2].filter((x) => x !== null).map(tensorOf);
    const exact = computed(net, inputs, weights, (entry) => entry);
    const lost = units.map((unit) => {
      const rounded = computed(net, inputs, weights, (entry) => Math.fround(entry * unit) / unit);
      const errors = (list: 'values' | 'gradients') =>
        Math.max(...exact[list].map((numbers, i) => relativeError(rounded[list][i], numbers)));
      return { values: errors('values'), gradients: errors('gradients') };
    });
    return {
      values: Math.max(...lost.map(({ values }) => values)),
      gradients: Math.max(...lost.map(({ gradients }) => gradients)),
    };
  });
}

function computed(net: Layer, inputs: tf.Tensor[], weights: Weights, round: (entry: number) => number) {
  const values: ArrayLike<number>[] = [];
  const loss = (a: tf.Tensor, b: tf.Tensor | null = null): tf.Tensor => {
    const kernel = rounded(stax.Identity().kernel(a, b), round);
    const fields = net.kernel(kernel, null, ['nngp', 'ntk'], { executor: 'engine' });
    const terms = (['nngp', 'ntk'] as const).map((name) => {
      const field = fields[name];
      values.push(field.dataSync());
      return tf.sum(tf.mul(field, tf.tensor(Float32Array.from(weights(name, field.shape)), field.shape)));
    });
    return tf.addN(terms);
  };
  const gradients = tf
    .grads(loss)(inputs)
    .map((gradient) => gradient.dataSync());
  return { values, gradients };
}

/** A Kernel with its covariances rounded: equal numbers to equal ones, with the derivatives of the Kernel itself. */
function rounded(kernel: Kernel, round: (entry: number) => number): Kernel {
  const of = (covariance: tf.Tensor) =>
    tf.add(
      covariance,
      tf.tensor(
        Float32Array.from(covariance.dataSync(), (entry) => round(entry) - entry),
        covariance.shape,
      ),
    );
  const { nngp, cov1, cov2 } = kernel;
  return { ...kernel, nngp: of(nngp), cov1: of(cov1), cov2: cov2 && of(cov2) };
}
