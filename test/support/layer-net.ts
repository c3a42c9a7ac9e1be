import type { AnyLayer } from '../../src/stax/index.js';

/** A network for each layer and its options: one sample's shape, and the hidden layers by their width, without a readout. */
export type LayerNet = [name: string, sample: readonly number[], (width: number) => AnyLayer[]];
