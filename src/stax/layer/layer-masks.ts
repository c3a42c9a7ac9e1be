import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { sizeOf } from '../../base/nd-array.js';
import { masksOf, zeroMasked } from '../../inputs/read-samples.js';
import { fromStandard, toStandard } from '../../inputs/transpose.js';
import type { Mask } from '../../program/row.js';
import { type Axes, type AxesRequests, inputAxes, sampleShapeOf } from '../../tracing/axes.js';
import { mapInputs } from '../../tracing/map-inputs.js';
import { type SymbolicKernel, type SymbolicTree, spatialOf } from '../../tracing/symbolic.js';
import { mapMasks, remasked } from '../../tracing/symbolic-mask.js';
import { leavesOf, mapTree, type Shape, type Tree, type TreeLike } from '../../tracing/tree.js';

/** What a layer's file says of masks, which mark entries of its inputs as absent. Those entries are 0 wherever they occur. */
export interface MaskRules<In = tf.Tensor, Out = tf.Tensor> {
  /**
   * The mask of one sample's outputs, given those of its inputs of shape `shape`, `[...spatial, channels]` with `axes` where the
   * caller has them; in lists null stands for nothing masked.
   * Absent for a layer whose outputs are masked where its one input is.
   */
  mask?(mask: MaskOf<In>, shape: TreeLike<In, Shape>, axes: Axes): MaskOf<Out> | null;
  /** Whether outputs can differ from 0 at masked entries and have to be set to 0; true by default. */
  readonly remask?: boolean;
}

/** A mask, or the list of those of several branches. */
export type MaskOf<Form> = Form extends readonly unknown[] ? readonly (Mask | null)[] : Mask;

type Named<In, Out> = MaskRules<In, Out> & { readonly name: string };

/** Gives the kernels `result` after a layer their masks, and sets them to 0 there. */
export function withMasks<In, Out>(
  spec: Named<In, Out>,
  kernel: SymbolicTree,
  result: SymbolicTree,
): SymbolicTree {
  const inputs = leavesOf(kernel);
  if (inputs.every(({ mask }) => mask === null)) return result;
  const shapes = inputs.map(({ shape }) => shape);
  const outputs = leavesOf(result).map(({ shape }) => shape);
  const masks = mapMasks(
    inputs.map(({ mask }) => mask),
    (own) => outputMasks(spec, Array.isArray(kernel), own, shapes, outputs, inputs[0]),
  );
  let index = 0;
  return mapTree<SymbolicKernel, SymbolicKernel>(result, (k) => {
    const next = { ...k, mask: masks[index++] };
    const unchanged = spec.remask === false || inputs.some(({ node }) => node === k.node);
    return unchanged ? next : remasked(spec.name, next);
  });
}

/** The masks of a layer's outputs, of one sample. */
function outputMasks<In, Out>(
  { name, mask }: Named<In, Out>,
  isList: boolean,
  masks: readonly (Mask | null)[],
  shapes: readonly Shape[],
  outputs: readonly Shape[],
  axes: Axes,
): readonly (Mask | null)[] {
  const [given, shape] = isList ? [masks, shapes] : [masks[0], shapes[0]];
  const result = mask ? mask(given as MaskOf<In>, shape as TreeLike<In, Shape>, axes) : given;
  const list = [result].flat() as (Mask | null)[];
  const fits = list.every(
    (own, i) => own === null || String(spatialOf(own.shape)) === String(spatialOf(outputs[i])),
  );
  if (fits && list.length === outputs.length) return list;
  throw new UnsupportedError(`${name}: takes no masked inputs. Leave maskConstant out.`);
}

/** A finite network's activations some of whose entries, which are 0, count as absent: what layers hand on between them. */
export class Masked implements Axes {
  readonly tensor: tf.Tensor;
  readonly batchAxis: number;
  readonly channelAxis: number;
  // Private, so that tf.tidy does not search them for tensors.
  readonly #masks: readonly Mask[];

  /** @param masks of each sample, `[…spatial, channels]` whatever the tensor's axes. */
  constructor(tensor: tf.Tensor, axes: Axes, masks: readonly Mask[]) {
    const visible = fromStandard(visibleEntries(masks), axes);
    this.tensor = tf.where(tf.greater(visible, 0), tensor, tf.zerosLike(tensor));
    this.batchAxis = axes.batchAxis;
    this.channelAxis = axes.channelAxis;
    this.#masks = masks;
  }

  get masks(): readonly Mask[] {
    return this.#masks;
  }

  clone(): Masked {
    return new Masked(this.tensor, this, this.#masks);
  }
}

/** Activations with or without a mask. */
export type Activations = tf.Tensor | Masked;

/** Inputs with their entries that equal `maskConstant` masked. */
export function maskInputs(
  where: string,
  x: Tree<tf.Tensor>,
  requests: AxesRequests,
  maskConstant: number,
): Tree<Masked> {
  return mapInputs<tf.Tensor, Masked>(x, requests, (input, own) => {
    const axes = inputAxes(where, own, input.rank);
    const standard = toStandard(input, axes);
    const masks = masksOf(standard, maskConstant);
    return new Masked(zeroMasked(input, maskConstant) as tf.Tensor, axes, masks);
  });
}

/** The tensors of activations, 0 where these are masked. */
export function withoutMasks(x: Tree<Activations>): Tree<tf.Tensor> {
  return mapTree<Activations, tf.Tensor>(x, (leaf) => (leaf instanceof Masked ? leaf.tensor : leaf));
}

/**
 * Runs a finite layer on activations with or without masks.
 *
 * @param run the layer on tensors, `visible` holding 1 for visible entries of its one input and 0 for masked ones,
 *   `[n, …spatial, channels or 1]`; absent without a mask.
 * @param outputAxes the outputs' axes, of inputs with these.
 */
export function runMasked<In, Out>(
  spec: Named<In, Out>,
  x: Tree<Activations>,
  run: (x: Tree<tf.Tensor>, visible?: tf.Tensor) => Tree<tf.Tensor>,
  outputAxes: (axes: Axes) => Axes = (axes) => axes,
): Tree<Activations> {
  const inputs = leavesOf(x);
  const first = inputs.find((input) => input instanceof Masked);
  if (first === undefined) return run(x as Tree<tf.Tensor>);
  const y = run(withoutMasks(x), inputs.length === 1 ? visibleEntries(first.masks) : undefined);
  const shapes = inputs.map((input) => sampleShapeOf(shapeOf(input), first));
  const axes = outputAxes(first);
  const outputs = leavesOf(y).map(({ shape }) => sampleShapeOf(shape, axes));
  const samples = first.masks.map((_, i) => {
    const own = inputs.map((input) => (input instanceof Masked ? input.masks[i] : null));
    return outputMasks(spec, Array.isArray(x), own, shapes, outputs, first);
  });
  let index = 0;
  return mapTree<tf.Tensor, Activations>(y, (tensor) => {
    const masks = samples.map((sample) => sample[index]);
    index++;
    return masks[0] === null ? tensor : new Masked(tensor, axes, masks as Mask[]);
  });
}

const tensorOf = (x: Activations): tf.Tensor => (x instanceof Masked ? x.tensor : x);

/** The shape of activations. */
export const shapeOf = (x: Activations): Shape => tensorOf(x).shape;

/** 1 for visible and 0 for masked entries, `[n, …spatial, channels or 1]`. */
function visibleEntries(masks: readonly Mask[]): tf.Tensor {
  const [{ shape }] = masks;
  const size = sizeOf(shape);
  const data = new Float32Array(masks.length * size);
  masks.forEach((mask, i) => {
    for (let e = 0; e < size; e++) data[i * size + e] = 1 - mask.data[e];
  });
  return tf.tensor(data, [masks.length, ...shape]);
}
