/**
 * The tangent kernel of a tfjs model, before and after training: `npm run example -- layers-model`.
 *
 * Training turns the kernel towards the labels: regression with that of the trained model classifies better. Draws both
 * kernels' matrices, digits sorted by class.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {
  empiricalNtk,
  imageGrid,
  networkFunction,
  oneHotCentred,
  random,
  stax,
  train,
} from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const { train: digits, test } = await smallDigits(small ? 20 : 100, small ? 7 : 14);
const [, height, width] = digits.images.shape;

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [height, width, 1] }),
    tf.layers.averagePooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10 }),
  ],
});
const { apply, params } = networkFunction(model);
// The same weights at every run: Glorot's, from a key.
let drawn = 0;
const start = stax.mapParams(params, ({ shape, size }) => {
  const fans = size / Math.max(1, shape[shape.length - 1] ?? 1) + (shape[shape.length - 1] ?? 1);
  const { data } = random.normal(random.key(drawn++), shape);
  return tf.tensor(data, shape).mul(shape.length === 1 ? 0 : Math.sqrt(2 / fans));
});
const data = { x: digits.images, y: oneHotCentred(digits.labels, 10) };
const trained = await train(apply, start, data, {
  steps: small ? 20 : 200,
  learningRate: { kind: 'cosine', from: 0.1 },
  optimizer: { kind: 'sgd', momentum: 0.9 },
});

const rows: string[][] = [];
const n = digits.labels.length;
const matrices: number[] = [];
for (const [name, own] of [
  ['before', start],
  ['after', trained.params],
] as const) {
  const kTrain = await empiricalNtk(apply, own, digits.images, null);
  const kTest = await empiricalNtk(apply, own, test.images, digits.images);
  rows.push([name, percent(await testAccuracy(kTrain, kTest, digits, test))]);
  matrices.push(...kTrain.data);
}
console.log(textTable(['training', "accuracy of regression with the model's kernel"], rows));

const folder = 'out/examples';
mkdirSync(folder, { recursive: true });
const pictures = { shape: [2, n, n, 1], data: Float64Array.from(matrices) };
writeFileSync(`${folder}/layers-model.png`, imageGrid(pictures, { scale: Math.ceil(300 / n) }));
console.log(`\nIts kernel before and after: ${folder}/layers-model.png`);
