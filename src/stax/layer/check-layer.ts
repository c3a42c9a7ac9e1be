import { received } from '../../base/received.js';

/**
 * Refuses what is no layer.
 *
 * @param where the combinator's name, for messages.
 * @param name what it calls this layer.
 * @throws TypeError also for a layer's function that was not called, and a list of layers.
 */
export function checkLayer(where: string, name: string, layer: unknown): void {
  if (typeof (layer as { propagate?: unknown } | null)?.propagate === 'function') return;
  throw new TypeError(`${where}: ${name} must be a layer, ${received(layer, remedyOf(where, layer))}`);
}

/** Refuses a list that holds anything but layers. */
export function checkLayers(where: string, layers: readonly unknown[]): void {
  layers.forEach((layer, i) => {
    checkLayer(where, `layer ${i}`, layer);
  });
}

function remedyOf(where: string, layer: unknown): string {
  if (typeof layer === 'function' && /^[A-Z]/.test(layer.name)) return `Call it: stax.${layer.name}(…).`;
  if (Array.isArray(layer)) return `Spread the list: ${where}(...layers).`;
  return 'Pass layers of stax, e.g. stax.Dense(10).';
}
