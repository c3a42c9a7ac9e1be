import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { layerNets, withReadout } from '../support/layer-nets.js';
import { distance, resolution } from './distance.js';
import { empiricalNngp, empiricalNtk } from './empirical.js';

const width = 256;
const outputs = 64;
/** Draws of weights; a product of branches has heavy tails, so that its mean takes more of them. */
const drawsOf = (name: string): number => (name.startsWith('FanInProd') ? 200 : 40);

describe.each(layerNets)('%s', (name, sample, hidden) => {
  const size = sample.reduce((a, b) => a * b, 2);
  const x = tf.tensor(
    Array.from({ length: size }, (_, k) => Math.sin(1 + 1.7 * k)),
    [2, ...sample],
  );
  const net = (outDim: number) => withReadout(hidden(width), outDim);
  const analytic = () => net(1).kernel(x, null, ['nngp', 'ntk'], { executor: 'tf' });

  it('has the NNGP of wide networks', () => {
    const estimate = empiricalNngp(net(outputs), x, drawsOf(name), 1);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic().nngp.dataSync())).toBeLessThan(3);
  });

  it('has the NTK of wide networks', () => {
    const estimate = empiricalNtk(net(1), x, drawsOf(name), 2);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic().ntk.dataSync())).toBeLessThan(3);
  });
});
