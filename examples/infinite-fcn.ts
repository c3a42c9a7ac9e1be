/**
 * A fully connected network of infinite width on digits, trained for any time: `npm run example -- infinite-fcn`.
 *
 * The ensemble's mean after training all weights (NTK) and after training the last layer alone (NNGP), at a few times.
 */
import { accuracy, gradientDescentMseEnsemble, oneHotCentred, stax } from 'neural-tangents';
import { percent } from './shared/accuracy.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const { train, test } = await smallDigits(small ? 100 : 1000, 14);
const { kernel } = stax.serial(
  stax.Flatten(),
  stax.Dense(1, { wStd: Math.SQRT2, bStd: 0.1 }),
  stax.Relu(),
  stax.Dense(1, { wStd: Math.SQRT2, bStd: 0.1 }),
);
const y = oneHotCentred(train.labels, 10);
const predict = gradientDescentMseEnsemble(kernel, train.images, y, { diagReg: 1e-3, learningRate: 1 });
const truth = oneHotCentred(test.labels, 10).data;

const rows: string[][] = [];
for (const t of [10, 1e3, 1e5, Infinity]) {
  const { nngp, ntk } = await predict({ t, xTest: test.images });
  const own = [nngp, ntk].map(({ mean }) => {
    const loss = mean.data.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0) / (2 * truth.length);
    return [loss.toFixed(4), percent(accuracy(mean, test.labels))];
  });
  rows.push([String(t), ...own.flat()]);
}
console.log(
  `${train.labels.length} training and ${test.labels.length} test digits, 14×14; one hidden layer\n`,
);
console.log(textTable(['t', 'loss, NNGP', 'accuracy, NNGP', 'loss, NTK', 'accuracy, NTK'], rows));
