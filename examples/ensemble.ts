/**
 * An ensemble of infinitely wide networks learns a sine from five points: `npm run example -- ensemble`.
 *
 * Two pictures: what the ensemble predicts, with a band of two standard deviations, as training goes on; and its training and test
 * loss over time, beside those of one finite network of a thousand units that is trained step by step.
 */
import * as tf from '@tensorflow/tfjs';
import {
  type BandSeries,
  calibration,
  gradientDescentMseEnsemble,
  predictionIntervals,
  random,
  regressionBand,
  stax,
  type TrainState,
  train,
} from 'neural-tangents';
import { draw } from './shared/draw.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const [width, steps, learningRate, tests] = small ? [256, 200, 0.1, 25] : [1024, 2000, 0.1, 61];

const layer = (units: number) => stax.Dense(units, { wStd: 1.5, bStd: 0.05 });
const { init, apply, kernel } = stax.serial(layer(width), stax.Erf(), layer(width), stax.Erf(), layer(1));
const column = (numbers: ArrayLike<number>) => ({
  shape: [numbers.length, 1],
  data: Float64Array.from(numbers),
});
const x = column([-2.4, -1.3, 0.2, 0.9, 2.5]);
const y = column(Array.from(x.data, (value) => Math.sin(value)));
const xTest = column(Array.from({ length: tests }, (_, i) => -Math.PI + (2 * Math.PI * i) / (tests - 1)));
const yTest = column(Array.from(xTest.data, (value) => Math.sin(value)));
const predict = gradientDescentMseEnsemble(kernel, x, y, { learningRate, diagReg: 1e-4 });

/** The ensemble at a few times. */
const shown = [0, steps / 20, Infinity];
const curves: BandSeries[] = [];
for (const t of shown) {
  const prediction = await predict({ t, xTest, get: 'ntk', computeCov: true });
  const { deviation } = predictionIntervals(prediction);
  curves.push({ name: `t = ${t}`, x: xTest.data, mean: prediction.mean.data, deviation: deviation.data });
}
const points = { x: x.data, y: y.data };
await draw('ensemble', regressionBand(curves, { title: 'An ensemble learns a sine', points }));

/** ½·mean of squared errors. */
const loss = (f: ArrayLike<number>, target: Float64Array, offset = 0) =>
  target.reduce((sum, value, i) => sum + (f[offset + i] - value) ** 2, 0) / (2 * target.length);

/** Steps at which losses are compared, evenly spaced on a logarithmic axis. */
const times = [...new Set(Array.from({ length: 26 }, (_, i) => Math.round(steps ** (i / 25))))];
/** The expected loss of a member: the mean's error and its own variance. */
const expected = async (inputs: { xTest?: typeof xTest }, target: Float64Array) => {
  const { mean, covariance } = await predict({ t: times, ...inputs, get: 'ntk', computeCov: true });
  const n = target.length;
  return times.map((_, k) => {
    let variance = 0;
    for (let i = 0; i < n; i++) variance += covariance.data[k * n * n + i * n + i] / n;
    return loss(mean.data, target, k * n) + variance / 2;
  });
};

/** Losses of a finite network, one step of gradient descent a unit of time. */
async function trainFinite(seed: number) {
  const [inputs, targets, held] = [x, y, xTest].map(({ shape, data }) =>
    tf.tensor2d(Float32Array.from(data), [shape[0], 1]),
  );
  let [, params] = init(random.key(seed), [-1, 1]);
  let resume: TrainState | undefined;
  const losses: { train: number; test: number }[] = [];
  for (const step of times) {
    const data = { x: inputs, y: targets };
    const trained = await train(apply, params, data, { steps: step, learningRate, resume });
    params = trained.params;
    resume = trained.state;
    const [f, g] = [inputs, held].map((at) => tf.tidy(() => (apply(params, at) as tf.Tensor).dataSync()));
    losses.push({ train: loss(f, y.data), test: loss(g, yTest.data) });
  }
  return losses;
}

const finite = await trainFinite(1);
const [trainLoss, testLoss] = [await expected({}, y.data), await expected({ xTest }, yTest.data)];
const dynamics: BandSeries[] = [
  { name: 'ensemble, train', x: times, mean: trainLoss },
  { name: 'ensemble, test', x: times, mean: testLoss },
  { name: `${width} units, train`, x: times, mean: finite.map(({ train }) => train) },
  { name: `${width} units, test`, x: times, mean: finite.map(({ test }) => test) },
];
await draw(
  'ensemble-dynamics',
  regressionBand(dynamics, {
    title: 'Loss over training',
    logarithmic: true,
    xTitle: 'steps',
    yTitle: 'loss',
  }),
);

const end = await predict({ xTest, get: 'ntk', computeCov: true });
const rows = calibration(end, yTest, [0.5, 0.8, 0.95]).map(({ level, observed }) => [
  `${level}`,
  observed.toFixed(2),
]);
console.log(textTable(['interval of level', 'holds the sine at'], rows));
