import { sizeOf } from '../base/nd-array.js';
import type { Mask, SampleFacts } from '../program/row.js';
import { overChannels, requireOneChannel } from './mask-maps.js';
import { append, type SymbolicKernel, type SymbolicMask, spatialOf } from './symbolic.js';
import type { Shape } from './tree.js';

/** The mask of the input with this index. */
export function inputMask(index: number, shape: Shape): SymbolicMask {
  const nothing: Mask = { shape, data: new Uint8Array(sizeOf(shape)) };
  return { shape, evaluate: ({ masks }) => masks[index] ?? nothing };
}

/**
 * The masks that a rule makes of others, each null where nothing is masked. The rule runs once for each sample. A mask that it
 * hands on is the same before and after.
 */
export function mapMasks(
  masks: readonly (SymbolicMask | null)[],
  rule: (masks: readonly (Mask | null)[]) => readonly (Mask | null)[],
): (SymbolicMask | null)[] {
  const visible = masks.map(
    (mask): Mask | null => mask && { shape: mask.shape, data: new Uint8Array(sizeOf(mask.shape)) },
  );
  const known = new WeakMap<SampleFacts, readonly (Mask | null)[]>();
  const results = (sample: SampleFacts) => {
    const result = known.get(sample) ?? rule(masks.map((mask) => mask?.evaluate(sample) ?? null));
    known.set(sample, result);
    return result;
  };
  return rule(visible).map((result, i) => {
    if (result === null) return null;
    const same = visible.indexOf(result);
    return same < 0 ? { shape: result.shape, evaluate: (sample) => results(sample)[i]! } : masks[same];
  });
}

/**
 * The kernel with 0 at masked positions.
 *
 * @throws UnsupportedError when the mask differs from channel to channel.
 */
export function remasked(name: string, k: SymbolicKernel): SymbolicKernel {
  const at = visiblePositions(name, k);
  return at === null ? k : append(k, [{ op: 'weighSamples', shape: spatialOf(k.shape), at }]);
}

/**
 * Where in the rows there is 1 for each visible position of a kernel's activations and 0 for each masked one; null without
 * a mask.
 *
 * @throws UnsupportedError when the mask differs from channel to channel.
 */
export function visiblePositions(name: string, { builder, mask, shape }: SymbolicKernel): number | null {
  if (mask === null) return null;
  requireOneChannel(name, mask);
  const visible = (sample: SampleFacts) => Array.from(mask.evaluate(sample).data, (entry) => 1 - entry);
  return builder.table(mask, sizeOf(spatialOf(shape)), visible);
}

/** The kernel with one mask for all channels: a position is masked where all of its channels are. */
export function withSharedMask(k: SymbolicKernel): SymbolicKernel {
  const [mask] = mapMasks([k.mask], ([own]) => [own && overChannels(own)]);
  return { ...k, mask };
}

/** Weighs the positions of each sample by what `weights` makes of its mask. */
export function weighedBySample(
  k: SymbolicKernel,
  mask: SymbolicMask,
  weights: (mask: Mask) => ArrayLike<number>,
): SymbolicKernel {
  const shape = spatialOf(k.shape);
  const at = k.builder.table({}, sizeOf(shape), (sample) => weights(mask.evaluate(sample)));
  return append(k, [{ op: 'weighSamples', shape, at }]);
}
