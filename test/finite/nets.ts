import * as tf from '@tensorflow/tfjs';
import { random, stax } from '../../src/index.js';
import type { Layer, Params } from '../../src/stax/index.js';

/** Entries `scale · sin(phase + 0.7·k)`, as `test/fixtures/finite/make.py`. */
export function sines(shape: readonly number[], phase: number, scale = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, k) => scale * Math.sin(phase + 0.7 * k)),
    [...shape],
  );
}

/** Parameters of the same form whose tensor t has sines of phase + t. */
export function filled(params: Params, phase: number, scale: number): Params {
  let next = phase;
  return stax.mapParams(params, ({ shape }) => sines(shape, next++, scale));
}

/** The fixtures' networks, and the shapes of their samples. */
export const nets: Readonly<Record<string, { readonly layer: Layer; readonly sample: readonly number[] }>> = {
  dense: {
    layer: stax.serial(
      stax.Dense(8, { wStd: 1.3, bStd: 0.2 }),
      stax.Erf(),
      stax.Dense(3, { wStd: 0.9, bStd: 0.1 }),
    ),
    sample: [3],
  },
  conv: {
    layer: stax.serial(
      stax.Conv(4, [3, 3], { padding: 'SAME', wStd: 1.2, bStd: 0.3 }),
      stax.Relu(),
      stax.AvgPool([2, 2], { strides: [2, 2] }),
      stax.Conv(3, [1, 2], { wStd: 1.1 }),
    ),
    sample: [4, 6, 2],
  },
};

/** A network's parameters as the fixtures have them. */
export function parametersOf(name: string): Params {
  const { layer, sample } = nets[name];
  const [, params] = layer.init(random.key(0), [-1, ...sample]);
  return filled(params, 1, 0.9);
}

/** Largest difference of two arrays, relative to the largest entry expected. */
export function error(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // NaN, which Math.max keeps.
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}

/** An array of a fixture. */
export interface FixtureArray {
  readonly shape: number[];
  readonly data: number[];
}
