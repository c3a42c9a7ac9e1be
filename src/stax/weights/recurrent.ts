import * as tf from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { anything, byDefault, oneOf, optional, readOptions } from '../../base/options.js';
import type { Mask } from '../../program/row.js';
import { split } from '../../random/index.js';
import { type AxesOptions, axesOptions, withoutSpatial } from '../../tracing/axes.js';
import { overChannels, overPositions } from '../../tracing/mask-maps.js';
import { append, channelsOf, type SymbolicKernel } from '../../tracing/symbolic.js';
import { weighedBySample } from '../../tracing/symbolic-mask.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { checkChannels, count, finite } from '../layer/options.js';
import { Erf } from '../nonlinearities/erf.js';
import { type WeightOptions, type WeightParams, weighted, weightOptions, weightsOf } from './weights.js';

/** Options of `Recurrent`. */
export interface RecurrentOptions extends Pick<WeightOptions, 'parameterization'>, AxesOptions {
  /** Standard deviation of W, the weights from one state to the next; 1 by default. */
  readonly wStd?: number;
  /** Standard deviation of U, the weights of the inputs; 1 by default. */
  readonly uStd?: number;
  /** Standard deviation of the biases. Absent: no biases. */
  readonly bStd?: number;
  /** φ, a layer without parameters that keeps its inputs' shape; `Erf()` by default. */
  readonly nonlinearity?: Layer;
  /** All states `[n, steps, width]` (`sequence`, default) or the last one `[n, width]`. */
  readonly returns?: 'sequence' | 'last';
}

const recurrentOptions = {
  wStd: weightOptions.wStd,
  uStd: byDefault(1, finite),
  bStd: weightOptions.bStd,
  nonlinearity: optional(anything<Layer>()),
  returns: byDefault('sequence', oneOf(['sequence', 'last'], 'must be', UnsupportedError)),
  parameterization: weightOptions.parameterization,
  ...axesOptions,
};

/**
 * Recurrent cell over sequences `[n, steps, channels]`: h_t = φ(W·h_{t−1} + U·x_t + b) with h_0 = 0, the same W, U and b at every
 * step.
 *
 * With G the covariance and Θ the NTK of what φ is applied to, V and D the dual of φ and its derivative (`ntk`
 * parameterization): G[t,t'] = uStd²·X[t,t'] + bStd² + wStd²·V(G)[t−1,t'−1] and
 * Θ[t,t'] = G[t,t'] + uStd²·Θ_X[t,t'] + wStd²·D(G)[t−1,t'−1]·Θ[t−1,t'−1]. The result is K' = V(G), Θ' = D(G)·Θ.
 *
 * Masked steps count as inputs of 0, and `last` is the last step that is not masked: pad shorter sequences at their ends.
 *
 * @param width number of channels of the finite state; the kernel is that of infinitely many.
 * @throws ShapeError when `width` is not a positive integer, and, from `init` and `kernel`, when inputs have not one spatial axis, or
 *   `nonlinearity` changes shapes.
 * @throws RangeError when a standard deviation is not a finite number.
 * @throws UnsupportedError for an unknown `returns` or parameterization.
 *
 * @remarks As many evaluations of φ as there are steps for `last`, steps³/3 for all pairs of states of a `sequence`.
 *
 * @source G. Yang, Tensor Programs I, 2019, https://arxiv.org/abs/1910.12478; Tensor Programs II, 2020,
 *   https://arxiv.org/abs/2006.14548, section 4: weights used at different steps may be taken for independent but where both
 *   positions step alike.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const cell = stax.Recurrent(64, { wStd: 2, nonlinearity: stax.Relu(), returns: 'last' });
 * const { kernel } = stax.serial(cell, stax.Dense(1));
 * const x = tf.tensor3d([[[1], [0], [1]]]);
 * console.log(kernel(x, null, 'nngp').arraySync()); // [ [ 2.5 ] ]
 * ```
 */
export function Recurrent(width: number, options: RecurrentOptions = {}): Layer {
  const name = 'Recurrent';
  const read = readOptions(name, options, recurrentOptions);
  const { wStd, uStd, bStd, parameterization, nonlinearity = Erf(), returns, ...request } = read;
  count(width, name, 'width');
  const common = { parameterization, s: [1, 1] } as const;
  const fromInput = weightsOf(name, width, { wStd: uStd, bStd, ...common });
  const fromState = weightsOf(name, width, { wStd, bStd: undefined, ...common });
  const last = returns === 'last';

  const outShape = (shape: Shape): Shape => {
    if (shape.length !== 2) {
      throw new ShapeError(
        `${name}: needs inputs [n, steps, channels], got [${['n', ...shape]}]. Flatten the other axes into one.`,
      );
    }
    if (String(nonlinearity.outShape([width])) !== String(width)) {
      throw new ShapeError(
        `${name}: nonlinearity must keep shapes, got ${nonlinearity.name}. Pass e.g. Relu().`,
      );
    }
    return last ? [width] : [shape[0], width];
  };

  return makeLayer({
    name,
    axes: { input: request, ...(last && { output: withoutSpatial }) },
    outShape,
    mask: (mask) => (last ? overPositions(mask) : overChannels(mask)),
    remask: !last,
    params(key, shape) {
      const [inputKey, stateKey] = split(key);
      const channels = channelsOf(shape);
      const { w: u, ...b } = fromInput.draw(inputKey, [channels, width], channels, [1]) as WeightParams;
      const { w } = fromState.draw(stateKey, [width, width], width, []) as WeightParams;
      return { w, u, ...b };
    },
    apply(params, x, { visible }) {
      const { w, u, ...b } = params as WeightParams & { readonly u: tf.Tensor };
      checkChannels(name, x, u.shape[0]);
      const inputs = tf.unstack(fromInput.output({ w: u, ...b }, x), 1);
      const states: tf.Tensor[] = [];
      for (const input of inputs) {
        const before = states.at(-1);
        states.push(nonlinearity.apply([], before ? tf.add(input, fromState.output({ w }, before)) : input));
      }
      if (!last) return tf.stack(states, 1);
      if (visible === undefined) return states[states.length - 1];
      return tf.sum(tf.mul(tf.stack(states, 1), lastVisible(visible)), 1);
    },
    propagate(k, shape) {
      const [steps] = k.shape;
      // Inside, masked inputs are zeros; masked states of the result become zeros.
      const { mask } = k;
      const alone = last && mask === null;
      const inputs = append({ ...k, mask: null }, [fromInput.op([steps], channelsOf(k.shape))], {
        ...weighted,
        shape: [steps, width],
      });
      // The states of steps 0 to t, for their covariances with each other; where the last one is all that counts, step t alone.
      let states: SymbolicKernel | null = null;
      for (let t = 0; t < steps; t++) {
        const image = alone ? [] : [t + 1];
        const own = append(inputs, [{ op: 'select', shape: image, at: [alone ? t : range(t + 1)] }], {
          shape: [...image, width],
        });
        const summed = states ? plus(own, stepped(states, image)) : own;
        states = nonlinearity.propagate(summed) as SymbolicKernel;
      }
      const result = { ...states!, shape, origin: 'the output of Recurrent' };
      if (!last || mask === null) return result;
      const ends = weighedBySample(states!, mask, lastVisibleStep);
      const sum = { shape: [], window: [steps], strides: [1], low: [0], scale: 1 };
      return { ...append(ends, [{ op: 'pool', ...sum }]), shape, origin: result.origin };
    },
  });

  /** W·h of the step before, for the steps of `image`; nothing for the first one. */
  function stepped(states: SymbolicKernel, image: Shape): SymbolicKernel {
    const weights = append(states, [fromState.op(states.shape.slice(0, -1), width)]);
    return image.length === 0
      ? weights
      : append(weights, [{ op: 'select', shape: image, at: [[-1, ...range(image[0] - 1)]] }]);
  }
}

/** 1 at the last step that is not masked, of each sample, `[n, steps, 1]`. */
function lastVisible(visible: tf.Tensor): tf.Tensor {
  const seen = tf.max(visible, -1);
  const [, steps] = seen.shape;
  const at = tf.argMax(tf.mul(seen, tf.range(1, steps! + 1)), 1);
  return tf.expandDims(tf.mul(tf.cast(tf.oneHot(tf.cast(at, 'int32'), steps!), 'float32'), seen), -1);
}

/** The same of one sample's mask. */
function lastVisibleStep(mask: Mask): number[] {
  const steps = overChannels(mask).data;
  const at = steps.lastIndexOf(0);
  return Array.from(steps, (_, t) => Number(t === at));
}

/** The kernel `a` plus that of an independent part. */
function plus(a: SymbolicKernel, b: SymbolicKernel): SymbolicKernel {
  const shape = a.shape.slice(0, -1);
  return { ...a, node: a.builder.emit({ op: 'sum', inputs: [a.node, b.node], shape }) };
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
