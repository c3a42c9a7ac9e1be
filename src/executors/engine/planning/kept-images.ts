import type { Needs } from '../lowering/needs.js';
import type { Allocator } from './allocator.js';
import type { Emission } from './emit/emission.js';
import type { Image, Range } from './plan-types.js';

/** Images that stay for a whole run: of the steps whose result is kept at all displacements at once. */
export interface KeptImages {
  /** Per step by displacement; empty where the step is not kept. */
  readonly images: readonly ReadonlyMap<string, Image>[];
  readonly range: Range;
}

/** Reserves memory for the images of kept steps. */
export function keepImages(
  { lowered, bytes, hasTheta }: Pick<Emission, 'lowered' | 'bytes' | 'hasTheta'>,
  needs: Needs,
  allocator: Allocator,
): KeptImages {
  const start = allocator.end;
  const images = lowered.steps.map((step, index) => {
    const byDisplacement = new Map<string, Image>();
    if (!needs.kept[index]) return byDisplacement;
    for (const d of needs.displacements[index].sorted()) {
      const size = bytes(step.shape, d);
      const k = allocator.reserve(size);
      byDisplacement.set(d.join(), { k, theta: hasTheta(step) ? allocator.reserve(size) : 0 });
    }
    return byDisplacement;
  });
  return { images, range: [start, allocator.end] };
}

/** No images. */
export const noImages = (steps: number): KeptImages => ({
  images: Array.from({ length: steps }, () => new Map()),
  range: [0, 0],
});
