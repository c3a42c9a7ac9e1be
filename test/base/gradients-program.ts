// Differentiates every layer's kernel and network, the network three times over, with no tfjs but its core and a backend. Prints
// what failed. Bundled and run by tf-core-alone.test.ts.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGradients } from '../../src/finite/gradients.js';
import { parameterLeaves } from '../../src/finite/parameters.js';
import { random, taylorExpand } from '../../src/index.js';
import type { Layer, Params } from '../../src/stax/index.js';
import { layerNets, withReadout } from '../support/layer-nets.js';
import { kernelOnlyNets } from '../support/nonlinearity-nets.js';

const samples = (shape: readonly number[]): tf.Tensor =>
  tf.tensor(Float32Array.from(random.normal(random.key(1), shape).data), [...shape]);

const squared = (y: tf.Tensor): tf.Scalar => tf.sum(tf.square(y));

function differentiateKernel(net: Layer, x: tf.Tensor): tf.Tensor {
  return tf.grad((a) => squared(net.kernel(a, null, 'ntk', { executor: 'tf' })))(x);
}

function differentiateNetwork(net: Layer, x: tf.Tensor): tf.Tensor[] {
  const [, params] = net.init(random.key(0), x.shape);
  const apply = (weights: Params, input: tf.Tensor) => net.apply(weights, input, { key: random.key(2) });
  const leaves = [...parameterLeaves(params), x];
  const { gradients } = valueAndGradients(() => squared(apply(params, x)), leaves);
  return [...gradients, taylorExpand(apply, params, 2)(params, x)];
}

const failed: string[] = [];
function attempt(name: string, run: () => tf.Tensor | tf.Tensor[]): void {
  try {
    tf.tidy(() => [run()].flat().forEach((result) => void result.dataSync()));
  } catch (error) {
    failed.push(`${name}: ${error}`);
  }
}

for (const [name, sample, hidden] of [...layerNets, ...kernelOnlyNets]) {
  const net = withReadout(hidden(3), 2);
  const x = samples([2, ...sample]);
  attempt(`kernel of ${name}`, () => differentiateKernel(net, x));
  if (name !== 'ExpNormalized') attempt(name, () => differentiateNetwork(net, x));
}
console.log(JSON.stringify({ differentiated: layerNets.length, failed }));
