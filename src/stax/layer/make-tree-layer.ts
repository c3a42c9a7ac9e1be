import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { hasBackend } from '../../base/has-backend.js';
import { isTensor } from '../../base/is-tensor.js';
import { anything, optional, readOptions } from '../../base/options.js';
import { received } from '../../base/received.js';
import { eachNamed } from '../../inputs/check-input.js';
import { type Pattern, sampleOptions } from '../../inputs/read-samples.js';
import { makeKernelFn } from '../../kernel/kernel-fn.js';
import { type Key, split } from '../../random/index.js';
import { checkKey } from '../../random/key.js';
import type { Shape, Tree } from '../../tracing/tree.js';
import type { Apply, ApplyOptions, Init, Layer } from './layer.js';
import { type Activations, Masked, maskInputs, withoutMasks } from './layer-masks.js';
import type { TreeSpec } from './layer-spec.js';

const applyOptions = {
  key: optional(anything<Key>()),
  maskConstant: sampleOptions.maskConstant,
  pattern: optional(anything<Pattern>()),
};

/** Makes a layer whose inputs and outputs are trees of a form that only its caller knows. */
export function makeTreeLayer<In, Out>(spec: TreeSpec): Layer<In, Out> {
  const init = ((key, inputShape) => {
    checkKey(`${spec.name}: init`, key);
    if (!Array.isArray(inputShape)) {
      const remedy = 'Pass e.g. [-1, 784]: any number of samples, 784 channels.';
      throw new TypeError(`${spec.name}: init: inputShape must be a list, ${received(inputShape, remedy)}`);
    }
    requireBackend(spec.name);
    return spec.init(key, inputShape as Tree<Shape>);
  }) as Init<In, Out>;
  const apply: Apply<In, Out> = (params, x, options = {}) => {
    const { maskConstant, ...rest } = readOptions(spec.name, options, applyOptions);
    requireActivations(spec.name, x);
    if (rest.key !== undefined) checkKey(`${spec.name}: apply`, rest.key);
    const run = (): Out => {
      if (maskConstant === undefined) return spec.apply(params, x, rest);
      const masked = maskInputs(spec.name, x as Tree<tf.Tensor>, spec.axes, maskConstant);
      return withoutMasks(spec.apply(params, masked, rest)) as Out;
    };
    return tf.tidy(run as () => tf.TensorContainer) as Out;
  };
  const kernel = makeKernelFn<Out, In>(spec);
  const parts = [init, apply, kernel] as const;
  const { name, axes, outShape, propagate } = spec;
  return Object.assign(parts, { name, axes, init, apply, kernel, outShape, propagate });
}

/** The options of each of `count` layers that are run with these: keys of their own, if there is a key. */
export function splitOptions({ key, ...others }: ApplyOptions, count: number): readonly ApplyOptions[] {
  if (key === undefined) return Array<ApplyOptions>(count).fill(others);
  return split(key, count).map((own) => ({ ...others, key: own }));
}

/** @throws TypeError when `x` holds anything but tensors. */
function requireActivations(name: string, x: unknown): void {
  eachNamed<Activations>('x', x as Tree<Activations>, (leaf, path) => {
    if (isTensor(leaf) || leaf instanceof Masked) return;
    const remedy = 'Pass e.g. tf.tensor2d(…): finite networks run on tensors.';
    throw new TypeError(`${name}: apply: ${path} must be a tensor, ${received(leaf, remedy)}`);
  });
}

/** @throws UnsupportedError when no backend of tfjs was imported, which parameters are tensors of. */
function requireBackend(name: string): void {
  if (hasBackend()) return;
  throw new UnsupportedError(
    `${name}: a finite network needs a backend of tfjs, got none. Install @tensorflow/tfjs and import it.`,
  );
}
