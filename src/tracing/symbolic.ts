import type { ProgramBuilder } from '../program/builder.js';
import type { AnyOp } from '../program/ops/index.js';
import type { Mask, SampleFacts } from '../program/row.js';
import type { Axes } from './axes.js';
import type { Shape, Tree } from './tree.js';

/**
 * A kernel while a network is traced: which op holds its covariances, and what is known of the activations
 * without numbers.
 */
export interface SymbolicKernel extends Axes {
  readonly builder: ProgramBuilder;
  /** Index of the op whose result this kernel is. */
  readonly node: number;
  /** Shape of one sample's activations, `[...spatial, channels]`, channels being the finite network's. */
  readonly shape: Shape;
  /** Whether channels are independent, identically distributed Gaussians given the inputs. */
  readonly isGaussian: boolean;
  /** Whether no layer with weights came before. */
  readonly isInput: boolean;
  /** Which entries count as absent; null: none. The covariances at masked positions are 0. */
  readonly mask: SymbolicMask | null;
  /** Where activations that are not Gaussian come from, for error messages, e.g. `the output of Flatten`. */
  readonly origin: string;
}

/** The mask of activations while a network is traced: its shape, and how to make it of any sample. */
export interface SymbolicMask {
  /** `[…spatial, channels]`, or 1 in place of the channels where these share one mask. */
  readonly shape: Shape;
  /** The mask of one sample. */
  evaluate(sample: SampleFacts): Mask;
}

/** A symbolic kernel, or the list of them that `FanOut` makes. */
export type SymbolicTree = Tree<SymbolicKernel>;

/** The spatial part of a sample's shape. */
export function spatialOf(shape: Shape): Shape {
  return shape.slice(0, -1);
}

/** The channel count of a sample's shape. */
export function channelsOf(shape: Shape): number {
  return shape[shape.length - 1];
}

/** The kernel of network inputs of shape `[...spatial, channels]`, which take their place in the rows. */
export function inputKernel(builder: ProgramBuilder, shape: Shape, axes: Axes): SymbolicKernel {
  const node = builder.emit({
    op: 'gram',
    inputs: [],
    shape: spatialOf(shape),
    channels: channelsOf(shape),
    at: builder.input(shape),
  });
  return {
    builder,
    node,
    shape,
    ...axes,
    isGaussian: false,
    isInput: true,
    mask: null,
    origin: 'the raw input',
  };
}

/** The kernel that a caller brings in place of inputs, the one with this index among those that it brings. */
export function givenKernel(
  builder: ProgramBuilder,
  index: number,
  { shape, isGaussian, batchAxis, channelAxis }: Pick<SymbolicKernel, 'shape' | 'isGaussian' | keyof Axes>,
): SymbolicKernel {
  const node = builder.emit({ op: 'given', inputs: [], shape: spatialOf(shape), index });
  const axes = { batchAxis, channelAxis };
  return {
    builder,
    node,
    shape,
    ...axes,
    isGaussian,
    isInput: false,
    mask: null,
    origin: 'the given kernel',
  };
}

/** What a layer adds to a kernel: an op of one input without its `inputs`, which `append` fills in. */
export type UnaryOp<Op extends AnyOp = AnyOp> = Op extends AnyOp ? Omit<Op, 'inputs'> : never;

/**
 * The kernel after covariance ops, one after the other, the first reading `k`.
 *
 * @param ops of one input, without `inputs`; `shape` is spatial, that of an op's result.
 * @param changes what is known of the result, where it differs: `shape` `[...spatial, channels]`, whether channels are Gaussian.
 */
export function append(
  k: SymbolicKernel,
  ops: readonly UnaryOp[],
  changes: Partial<Pick<SymbolicKernel, 'shape' | 'isGaussian' | 'isInput' | 'origin'>> = {},
): SymbolicKernel {
  const node = ops.reduce((input, op) => k.builder.emit({ ...op, inputs: [input] } as AnyOp), k.node);
  return { ...k, node, ...changes };
}
