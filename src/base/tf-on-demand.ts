import { createRequire } from 'node:module';
import type * as eager from './tf.js';

type Core = typeof eager;

let loaded: Core | undefined;

const core = (): Core => {
  loaded ??= createRequire(import.meta.url)('@tensorflow/tfjs-core') as Core;
  return loaded;
};

/** Any function of tfjs, which loads tfjs when it is first called. */
const functions = new Proxy({} as Core, {
  get:
    (_, name: keyof Core) =>
    (...args: unknown[]) =>
      (core()[name] as (...args: unknown[]) => unknown)(...args),
});

/**
 * What `tf.ts` exports, in Node: there a quarter of a second of every import of the library was tfjs, which Gram matrices never
 * ask for. Types are those of `tf.ts`.
 */
export const {
  abs,
  add,
  addN,
  argMax,
  atan2,
  avgPool,
  broadcastTo,
  cast,
  clipByValue,
  clone,
  concat,
  conv2d,
  conv2dTranspose,
  customGrad,
  depthwiseConv2d,
  dispose,
  div,
  divNoNan,
  elu,
  engine,
  equal,
  erf,
  exp,
  expandDims,
  eye,
  fill,
  gather,
  getBackend,
  getGradient,
  grad,
  grads,
  greater,
  less,
  logicalAnd,
  logicalOr,
  logSoftmax,
  matMul,
  max,
  maximum,
  maxPoolWithArgmax,
  mean,
  minimum,
  moments,
  mul,
  neg,
  oneHot,
  onesLike,
  pad,
  pad2d,
  range,
  ready,
  reciprocal,
  registerGradient,
  relu,
  reshape,
  rsqrt,
  scalar,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  step,
  sub,
  sum,
  tanh,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tidy,
  tile,
  transpose,
  unregisterGradient,
  unstack,
  variable,
  where,
  zeros,
  zerosLike,
} = functions;
