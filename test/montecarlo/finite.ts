import * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import type { LayerNet } from '../support/layer-net.js';
import { withReadout } from '../support/layer-nets.js';
import { compareWithFinite } from './compare.js';

const width = 256;

/** Compares the kernels of networks, with a readout on top, with those of wide finite ones. */
export function testFinite(nets: readonly LayerNet[]): void {
  it.each(nets)('%s has the kernels of wide networks', (_, sample, hidden) => {
    const size = sample.reduce((a, b) => a * b, 2);
    const x = tf.tensor(
      Array.from({ length: size }, (_, k) => Math.sin(1 + 1.7 * k)),
      [2, ...sample],
    );
    const layer = withReadout(hidden(width), 1);
    compareWithFinite({ layer }, x, layer.kernel(x, null, ['nngp', 'ntk'], { executor: 'tf' }));
  });
}
