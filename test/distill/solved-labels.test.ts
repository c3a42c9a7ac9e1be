import { describe, expect, it } from 'vitest';
import { readOptions } from '../../src/base/options.js';
import { evaluateSupport, labelSolve } from '../../src/distill/index.js';
import { solvedLabels, solvedLoss } from '../../src/distill/solved-labels.js';
import { supportOptions } from '../../src/distill/types.js';
import { kernel, patterns } from './patterns.js';

const targets = patterns(40, 3);
const { images } = patterns(6, 3, 9);
const options = { ...readOptions('test', { reg: 1e-3 }, supportOptions), labelReg: 1e-9 };

describe('solvedLabels', () => {
  it('are those from which regression has the least loss', async () => {
    const { labels } = await solvedLabels('test', kernel, images, targets, options);
    const { loss } = await evaluateSupport(kernel, { images, labels }, targets, { reg: 1e-3 });
    const { objective } = await labelSolve(kernel, images, targets, { reg: 1e-9 });
    expect(Math.abs(loss - objective) / objective).toBeLessThan(1e-9);
    const other = labels.clone();
    other.set(2, 1, other.get(2, 1) + 1e-3);
    const worse = await evaluateSupport(kernel, { images, labels: other }, targets, { reg: 1e-3 });
    expect(worse.loss).toBeGreaterThan(loss);
  });
});

describe('solvedLoss', () => {
  it('has the gradient of the least loss', async () => {
    const { images: gradient } = await solvedLoss('test', kernel, images, targets, options);
    const lossAt = async (at: number, step: number) => {
      const data = Float64Array.from(images.data);
      data[at] += step;
      return (await solvedLoss('test', kernel, { ...images, data }, targets, options)).loss;
    };
    const largest = Math.max(...gradient.data.map(Math.abs));
    for (const at of [0, 7, 20, 35]) {
      const h = 1e-4;
      const [far, near] = [2 * h, h];
      const slopes = await Promise.all(
        [far, near].map(async (step) => ((await lossAt(at, step)) - (await lossAt(at, -step))) / (2 * step)),
      );
      // Richardson's extrapolation of central differences.
      const difference = (4 * slopes[1] - slopes[0]) / 3;
      expect(Math.abs(difference - gradient.data[at]) / largest).toBeLessThan(1e-7);
    }
  });
});
