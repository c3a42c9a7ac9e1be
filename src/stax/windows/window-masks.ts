import type { Mask } from '../../program/row.js';
import { taken } from '../../tracing/mask-maps.js';
import type { Windows } from './geometry.js';

/** The mask at the centre of each window, of an even one at the last position before the middle. */
export function atCentres(mask: Mask, { window, strides, low, out }: Windows): Mask {
  const places = out.map((size, axis) => {
    const first = Math.floor((window[axis] - 1) / 2) - low[axis];
    return Array.from({ length: size }, (_, position) => first + position * strides[axis]);
  });
  return taken(mask, places);
}
