import { ShapeError, UnsupportedError } from '../base/errors.js';
import { received } from '../base/received.js';
import { ProgramBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import type { RowLayout } from '../program/row.js';
import { type Axes, type AxesRequest, type AxesRequests, inputAxes } from './axes.js';
import { mapInputs } from './map-inputs.js';
import {
  givenKernel,
  inputKernel,
  type SymbolicKernel,
  type SymbolicMask,
  type SymbolicTree,
} from './symbolic.js';
import { inputMask } from './symbolic-mask.js';
import { mapShapes, mapTree, type Shape, type Tree } from './tree.js';

/** What tracing needs of a layer: how it maps a symbolic kernel. */
export interface Traceable {
  /** Name in messages. */
  readonly name: string;
  /** What the network asks of its inputs' axes. */
  readonly axes: AxesRequests;
  /** The kernel after the layer; emits the ops that compute it. */
  propagate(kernel: SymbolicTree): SymbolicTree;
}

/** Under this a kernel function carries its layer, whichever copy of the library made it. */
const LAYER: unique symbol = Symbol.for('neural-tangents.layer') as never;

/** The `kernel` of a network, by which functions of kernels know its layers. */
export interface NetworkKernel {
  /** The network. */
  readonly [LAYER]: Traceable;
}

/** Makes a function the kernel of a layer. */
export const withLayer = <Call extends object>(call: Call, layer: Traceable): Call & NetworkKernel =>
  Object.assign(call, { [LAYER]: layer });

/** One output of a traced network. */
export interface Traced extends Axes {
  readonly program: Program;
  /** Shape of one sample's activations, `[...spatial, channels]`. */
  readonly shape: Shape;
  readonly isGaussian: boolean;
  readonly mask: SymbolicMask | null;
}

/** What is known of a kernel record that a network starts from. */
export interface GivenStart extends Axes {
  readonly shape: Shape;
  readonly isGaussian: boolean;
  /** Shape of one sample's mask; null: nothing is masked. */
  readonly mask: Shape | null;
}

/**
 * What a trace starts from: inputs whose samples have these shapes `[...spatial, channels]`, with their axes where `axes`, or
 * else the network asks for them, some entries masked where `masked`; or kernel records. With `hasPattern` samples bring a graph.
 */
export type TraceStart = InputsStart | GivenKernelsStart;

/** A trace's start from inputs. */
export interface InputsStart {
  readonly from: 'inputs';
  readonly shapes: Tree<Shape>;
  readonly axes?: AxesRequest;
  readonly masked?: boolean;
  readonly hasPattern?: boolean;
}

/** A trace's start from kernel records. */
export interface GivenKernelsStart {
  readonly from: 'given';
  readonly kernels: Tree<GivenStart>;
  readonly hasPattern?: boolean;
}

/** A traced network: its outputs, and what the rows hold that these start from. */
export interface Trace {
  readonly row: RowLayout;
  readonly outputs: Tree<Traced>;
}

/** By `propagate`, the part of a layer that its traces come from. */
const traces = new WeakMap<Traceable['propagate'], Map<string, Trace>>();

/**
 * Traces a network: one Program for each of its outputs (a tree if it ends in branches). Cached by network and start.
 *
 * @throws ShapeError when the network does not take activations of this shape.
 * @throws UnsupportedError when the network has no exact kernel.
 */
export function trace(layer: Traceable, start: TraceStart): Trace {
  let known = traces.get(layer.propagate);
  if (known === undefined) {
    known = new Map();
    traces.set(layer.propagate, known);
  }
  const key = JSON.stringify(start);
  let traced = known.get(key);
  if (traced === undefined) {
    const builder = new ProgramBuilder(start.hasPattern);
    const result = layer.propagate(startOf(builder, layer, start));
    const outputs = mapTree<SymbolicKernel, Traced>(result, (k) => ({
      program: builder.program(k.node),
      shape: k.shape,
      isGaussian: k.isGaussian,
      mask: k.mask,
      batchAxis: k.batchAxis,
      channelAxis: k.channelAxis,
    }));
    traced = { row: builder.row, outputs };
    known.set(key, traced);
  }
  return traced;
}

/** The symbolic kernels that a network starts from. */
function startOf(builder: ProgramBuilder, layer: Traceable, start: TraceStart): SymbolicTree {
  let index = 0;
  const withMask = (k: SymbolicKernel, shape: Shape | null): SymbolicKernel => ({
    ...k,
    mask: shape && inputMask(index++, shape),
  });
  if (start.from === 'inputs') {
    const samples = mapShapes(start.shapes, (shape) => ({ shape }));
    return mapInputs(samples, start.axes ?? layer.axes, ({ shape }, own) => {
      const k = inputKernel(builder, shape, inputAxes(layer.name, own, shape.length + 1));
      return withMask(k, start.masked ? shape : null);
    });
  }
  let given = 0;
  return mapTree<GivenStart, SymbolicKernel>(start.kernels, (kernel) =>
    withMask(givenKernel(builder, given++, kernel), kernel.mask),
  );
}

/** The trace of a network with one output, for inputs of these shapes. */
export function traceSingle(
  where: string,
  layer: Traceable,
  shapes: Tree<Shape>,
  options: Pick<InputsStart, 'masked' | 'hasPattern'> = {},
): Traced & Pick<Trace, 'row'> {
  checkSampleShapes(where, shapes);
  const { row, outputs } = trace(layer, { from: 'inputs', shapes, ...options });
  if (Array.isArray(outputs)) {
    throw new UnsupportedError(
      `${where}: a Program has one output, got a network with ${outputs.length}. End it with FanInSum.`,
    );
  }
  return { ...(outputs as Traced), row };
}

/**
 * The Program of a network with one output, for inputs whose samples have shape `sampleShape` (`[...spatial, channels]`; of a
 * network with several inputs: the list of their shapes).
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
export function traceProgram(layer: Traceable, sampleShape: Tree<Shape>): Program {
  if (typeof layer?.propagate !== 'function') {
    const remedy = 'Pass the network itself, e.g. stax.serial(…); programOf takes its kernel.';
    throw new TypeError(`traceProgram: needs a layer, ${received(layer, remedy)}`);
  }
  return traceSingle('traceProgram', layer, sampleShape).program;
}

/**
 * The Program behind a layer's `kernel` function, for inputs whose samples have shape `sampleShape` (or the list of shapes).
 *
 * @throws TypeError when `kernel` is not the `kernel` of a layer.
 * @throws ShapeError when the network does not take inputs of this shape.
 * @throws UnsupportedError when the network has no exact kernel, or several outputs.
 */
export function programOf(kernel: NetworkKernel, sampleShape: Tree<Shape>): Program {
  return programFor('programOf', kernel, sampleShape);
}

/** {@link programOf} for another function, which errors name. */
export function programFor(where: string, kernel: NetworkKernel, sampleShape: Tree<Shape>): Program {
  return traceSingle(where, layerOf(kernel, where), sampleShape).program;
}

/** Whether a function is the kernel of a network made of layers. */
export const isNetworkKernel = (kernel: unknown): kernel is NetworkKernel =>
  (kernel as Partial<NetworkKernel> | null)?.[LAYER] !== undefined;

/** The layer that a kernel function belongs to. @throws TypeError when `kernel` is not the `kernel` of a layer. */
export function layerOf(kernel: NetworkKernel, where: string): Traceable {
  if (isNetworkKernel(kernel)) return kernel[LAYER];
  const needed = `${where}: kernel must be the kernel function of a network`;
  if (typeof (kernel as unknown as Partial<Traceable> | null)?.propagate === 'function') {
    throw new TypeError(
      `${needed}, got the network. Pass its kernel: ${(kernel as unknown as Traceable).name}(…).kernel.`,
    );
  }
  throw new TypeError(`${needed}, ${received(kernel, 'Pass e.g. stax.serial(…).kernel.')}`);
}

/** @throws TypeError, ShapeError for what are no shapes of samples: an array in place of its shape, or a shape with the batch. */
function checkSampleShapes(where: string, shapes: Tree<Shape>): void {
  if (!Array.isArray(shapes)) {
    const remedy = 'Pass the shape of one sample, e.g. [32, 32, 3].';
    throw new TypeError(`${where}: a sample's shape must be a list, ${received(shapes, remedy)}`);
  }
  mapShapes(shapes, (shape) => {
    if (shape.every((size) => Number.isInteger(size) && size > 0)) return;
    throw new ShapeError(
      `${where}: a sample's shape must be positive integers, without the batch, got [${shape}]. Pass e.g. [32, 32, 3].`,
    );
  });
}

/** A stable text of a Program: equal for equal Programs, so that it can key a cache. */
export function programHash(program: Program): string {
  return JSON.stringify(program);
}
