/**
 * All that the library uses of tfjs, which it imports as `#tf`. Of `@tensorflow/tfjs-core`, by its parts, so that a bundler keeps no
 * more than is used: its index holds optimizers and what stores models. Backends are those of the package that the caller chose
 * and imported, e.g. `@tensorflow/tfjs`; so are gradients, and where it has none an op brings its own.
 */
import type { GradConfig } from '@tensorflow/tfjs-core';
import { getGradient, registerGradient } from '@tensorflow/tfjs-core/dist/kernel_registry.js';
import * as ops from '@tensorflow/tfjs-core/dist/ops/ops.js';
import * as gradients from './tf-gradients.js';

export type {
  GradConfig,
  GradSaveFunc,
  KernelFunc,
  NamedAttrMap,
  NamedTensorMap,
  Optimizer,
  Rank,
  Tensor,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorContainer,
  TensorContainerObject,
} from '@tensorflow/tfjs-core';
export {
  dispose,
  engine,
  getBackend,
  ready,
  tidy,
} from '@tensorflow/tfjs-core/dist/globals.js';
export {
  customGrad,
  grad,
  grads,
} from '@tensorflow/tfjs-core/dist/gradients.js';
export {
  getGradient,
  getKernel,
  registerGradient,
  registerKernel,
  unregisterGradient,
} from '@tensorflow/tfjs-core/dist/kernel_registry.js';
export {
  argMax,
  equal,
  eye,
  fill,
  greater,
  less,
  logicalAnd,
  logicalOr,
  maxPoolWithArgmax,
  range,
  reverse,
  scalar,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  variable,
  zeros,
} from '@tensorflow/tfjs-core/dist/ops/ops.js';

/** Gradients of the kernels that gradients themselves run: second derivatives ask for them. */
const basic: readonly GradConfig[] = [
  gradients.add,
  gradients.batchMatMul,
  gradients.cast,
  gradients.concat,
  gradients.div,
  gradients.exp,
  gradients.identity,
  gradients.multiply,
  gradients.neg,
  gradients.padV2,
  gradients.reshape,
  gradients.select,
  gradients.slice,
  gradients.splitV,
  gradients.sqrt,
  gradients.square,
  gradients.step,
  gradients.sub,
  gradients.sum,
  gradients.tile,
  gradients.transpose,
  gradients.zerosLike,
];

/**
 * An op that can be differentiated, twice too, whichever package of tfjs was imported: gradients that are missing are registered
 * when it is first called.
 *
 * @param own those of the op's kernel, and of kernels that their gradients run, beside the basic ones
 */
/* @__NO_SIDE_EFFECTS__ */
function differentiable<Op extends (...args: never[]) => unknown>(op: Op, ...own: GradConfig[]): Op {
  const register = (config: GradConfig) => {
    if (!getGradient(config.kernelName)) registerGradient(config);
  };
  const call = (...args: Parameters<Op>) => {
    basic.forEach(register);
    own.forEach(register);
    return op(...args);
  };
  return call as Op;
}

export const abs = differentiable(ops.abs, gradients.abs);
export const add = differentiable(ops.add);
export const addN = differentiable(ops.addN, gradients.addN);
export const atan2 = differentiable(ops.atan2, gradients.atan2);
export const avgPool = differentiable(ops.avgPool, gradients.avgPool);
export const broadcastTo = differentiable(ops.broadcastTo);
export const cast = differentiable(ops.cast);
export const clipByValue = differentiable(ops.clipByValue, gradients.clipByValue);
export const clone = differentiable(ops.clone);
export const concat = differentiable(ops.concat);
export const conv2d = differentiable(ops.conv2d, gradients.conv2D, gradients.conv2DBackpropInput);
export const conv2dTranspose = differentiable(
  ops.conv2dTranspose,
  gradients.conv2DBackpropInput,
  gradients.conv2D,
);
export const depthwiseConv2d = differentiable(ops.depthwiseConv2d, gradients.depthwiseConv2dNative);
export const div = differentiable(ops.div);
export const divNoNan = differentiable(ops.divNoNan);
export const elu = differentiable(ops.elu, gradients.elu);
export const erf = differentiable(ops.erf, gradients.erf);
export const exp = differentiable(ops.exp);
export const expandDims = differentiable(ops.expandDims, gradients.expandDims);
export const gather = differentiable(ops.gather, gradients.gather, gradients.unsortedSegmentSum);
export const log = differentiable(ops.log, gradients.log);
export const matMul = differentiable(ops.matMul);
export const max = differentiable(ops.max, gradients.max);
export const maximum = differentiable(ops.maximum, gradients.maximum);
export const mean = differentiable(ops.mean, gradients.mean);
export const minimum = differentiable(ops.minimum, gradients.minimum);
export const moments = differentiable(ops.moments, gradients.mean);
export const mul = differentiable(ops.mul);
export const neg = differentiable(ops.neg);
export const oneHot = differentiable(ops.oneHot, gradients.oneHot);
export const onesLike = differentiable(ops.onesLike, gradients.onesLike);
export const pad = differentiable(ops.pad);
export const pad2d = differentiable(ops.pad2d);
export const reciprocal = differentiable(ops.reciprocal, gradients.reciprocal);
export const relu = differentiable(ops.relu, gradients.relu);
export const reshape = differentiable(ops.reshape);
export const rsqrt = differentiable(ops.rsqrt, gradients.rsqrt, gradients.pow);
export const sigmoid = differentiable(ops.sigmoid, gradients.sigmoid);
export const sign = differentiable(ops.sign, gradients.sign);
export const sin = differentiable(ops.sin, gradients.sin, gradients.cos);
export const slice = differentiable(ops.slice);
export const softmax = differentiable(ops.softmax, gradients.softmax);
export const softplus = differentiable(ops.softplus, gradients.softplus, gradients.sigmoid);
export const split = differentiable(ops.split);
export const sqrt = differentiable(ops.sqrt);
export const square = differentiable(ops.square);
export const squeeze = differentiable(ops.squeeze);
export const stack = differentiable(ops.stack, gradients.pack, gradients.unpack);
export const step = differentiable(ops.step);
export const sub = differentiable(ops.sub);
export const sum = differentiable(ops.sum);
export const tanh = differentiable(ops.tanh, gradients.tanh);
export const tile = differentiable(ops.tile);
export const transpose = differentiable(ops.transpose);
export const unstack = differentiable(ops.unstack, gradients.unpack, gradients.pack);
export const where = differentiable(ops.where);
export const zerosLike = differentiable(ops.zerosLike);
