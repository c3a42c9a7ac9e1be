import { UnsupportedError } from '../errors.js';
import { ProgramBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { givenKernel, inputKernel, type SymbolicKernel, type SymbolicTree } from './symbolic.js';
import { mapTree, type Shape, type Tree } from './tree.js';

/** What tracing needs of a layer: how it maps a symbolic kernel. */
export interface Traceable {
  /** Name in messages. */
  readonly name: string;
  /** The kernel after the layer; emits the ops that compute it. */
  propagate(kernel: SymbolicTree): SymbolicTree;
}

/** One output of a traced network. */
export interface Traced {
  readonly program: Program;
  /** Shape of one sample's activations, `[...spatial, channels]`. */
  readonly shape: Shape;
  readonly isGaussian: boolean;
}

/** What a trace starts from: inputs, or a kernel record of activations of this shape. */
export type TraceStart =
  | { readonly from: 'inputs'; readonly shape: Shape }
  | { readonly from: 'given'; readonly shape: Shape; readonly isGaussian: boolean };

/** By `propagate`, the part of a layer that its traces come from. */
const traces = new WeakMap<Traceable['propagate'], Map<string, Tree<Traced>>>();

/**
 * Traces a network: one Program for each of its outputs (a tree if it ends in branches). Cached by network and start.
 *
 * @throws ShapeError when the network does not take activations of this shape.
 * @throws UnsupportedError when the network has no exact kernel.
 */
export function trace(layer: Traceable, start: TraceStart): Tree<Traced> {
  let known = traces.get(layer.propagate);
  if (known === undefined) {
    known = new Map();
    traces.set(layer.propagate, known);
  }
  const key = JSON.stringify(start);
  let traced = known.get(key);
  if (traced === undefined) {
    const builder = new ProgramBuilder();
    const kernel =
      start.from === 'inputs'
        ? inputKernel(builder, start.shape)
        : givenKernel(builder, start.shape, start.isGaussian);
    traced = mapTree<SymbolicKernel, Traced>(layer.propagate(kernel), ({ node, shape, isGaussian }) => ({
      program: builder.program(node),
      shape,
      isGaussian,
    }));
    known.set(key, traced);
  }
  return traced;
}

/**
 * The Program of a network with one output, for inputs whose samples have shape `sampleShape` (`[...spatial, channels]`).
 *
 * @throws ShapeError when the network does not take inputs of this shape.
 * @throws UnsupportedError when the network has no exact kernel, or several outputs.
 *
 * @example
 * ```ts
 * import { stax, traceProgram } from 'neural-tangents';
 * const net = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(1));
 * const program = traceProgram(net, [784]);
 * console.log(program.ops.map(({ op }) => op)); // [ 'gram', 'affine', 'activation', 'affine' ]
 * ```
 */
export function traceProgram(layer: Traceable, sampleShape: Shape): Program {
  const traced = trace(layer, { from: 'inputs', shape: sampleShape });
  if (Array.isArray(traced)) {
    throw new UnsupportedError(
      `traceProgram: a Program has one output, got a network with ${traced.length}. End it with FanInSum.`,
    );
  }
  return (traced as Traced).program;
}

const layers = new WeakMap<object, Traceable>();

/** Remembers which layer a kernel function belongs to, for `programOf`. */
export function registerKernel(kernel: object, layer: Traceable): void {
  layers.set(kernel, layer);
}

/**
 * The Program behind a layer's `kernel` function, for inputs whose samples have shape `sampleShape`.
 *
 * @throws TypeError when `kernel` is not the `kernel` of a layer.
 * @throws ShapeError when the network does not take inputs of this shape.
 * @throws UnsupportedError when the network has no exact kernel, or several outputs.
 */
export function programOf(kernel: object, sampleShape: Shape): Program {
  const layer = layers.get(kernel);
  if (layer === undefined) {
    throw new TypeError(
      'programOf: expects the kernel function of a layer, got another function. Pass e.g. stax.serial(…).kernel.',
    );
  }
  return traceProgram(layer, sampleShape);
}

/** A stable text of a Program: equal for equal Programs, so that it can key a cache. */
export function programHash(program: Program): string {
  return JSON.stringify(program);
}
