import { Matrix } from 'ml-matrix';
import { afterAll, expect, it } from 'vitest';
import { jobSize, visitsOnce } from '../../../../src/executors/engine/jobs/job-size.js';
import { compile } from '../../../../src/executors/engine/planning/compile.js';
import { gram, gramVjp, programOf, random, releaseThreads, ridgeVisit, stax } from '../../../../src/index.js';
import { relativeError } from '../../../support/compare.js';
import { tolerance } from '../../../support/tolerance.js';

afterAll(releaseThreads);

const shape = [24, 24, 1];
const deep = stax.serial(
  ...Array.from({ length: 20 }, () => [
    stax.Conv(1, [3, 3], { padding: 'SAME', wStd: Math.SQRT2 }),
    stax.Relu(),
  ]).flat(),
  ...[stax.Flatten(), stax.Dense(1)],
);
const [supports, targets, classes] = [800, 4, 2];

it('visits blocks twice where all supports do not fit into a worker, with the same sums', async () => {
  const plans = compile(programOf(deep.kernel, shape), {
    dtype: 'float64',
    ntk: true,
    gradient: { x1: true, x2: false },
  });
  expect(visitsOnce(plans, supports, targets)).toBe(false);
  expect(visitsOnce(plans, 100, targets)).toBe(true);
  expect(jobSize(plans, 'ridge', supports, targets).workerBytes).toBeLessThan(256 * 2 ** 20);

  const [first, second] = random.split(random.key(3));
  const x = random.normal(first, [supports, ...shape]);
  const t = random.normal(second, [targets, ...shape]);
  const alpha = Matrix.zeros(supports, classes).apply(function (this: Matrix, i, c) {
    this.set(i, c, Math.sin(i + 2 * c));
  });
  const labels = Matrix.zeros(targets, classes).apply(function (this: Matrix, j, c) {
    this.set(j, c, Math.cos(j + c));
  });
  const visit = await ridgeVisit(deep.kernel, x, t, alpha, labels, { get: 'ntk', gradient: true });
  const k = await gram(deep.kernel, x, t, { get: 'ntk' });
  const residual = k.transpose().mmul(alpha).sub(labels);
  const g = Matrix.div(residual, targets * classes);
  const bound = tolerance.f64.golden;
  expect(relativeError([visit.loss], [0.5 * g.dot(residual)])).toBeLessThan(bound);
  expect(relativeError(visit.kTg.to1DArray(), k.mmul(g).to1DArray())).toBeLessThan(bound);
  const gradient = await gramVjp(deep.kernel, x, t, { ntk: alpha.mmul(g.transpose()) });
  expect(relativeError(visit.supportGradient!.data, gradient.x1.data)).toBeLessThan(bound);
});
