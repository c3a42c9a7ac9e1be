import { readFileSync } from 'node:fs';
import { EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { gram, hyperparameterVjp, leaveOneOut, logMarginalLikelihood, stax } from '../../src/index.js';
import { generic } from '../support/compute.js';
import { derivative } from '../support/differences.js';

interface Shaped {
  readonly shape: number[];
  readonly data: number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/hyperparameters/hyperparameters.json', import.meta.url), 'utf8'),
) as {
  x: Shaped;
  y: Shaped;
  linear: {
    w: number;
    b: number;
    noise: number;
    value: number;
    gradient: { w: number; b: number; noise: number };
    leaveOneOut: number;
  }[];
  matrix: { k: Shaped; noise: number; value: number; leaveOneOut: number };
};

const array = ({ shape, data }: Shaped) => ({ shape, data: Float64Array.from(data) });
const [x, y] = [array(fixture.x), array(fixture.y)];

describe('against scikit-learn', () => {
  it.each(fixture.linear)('a linear network of w $w, b $b, noise $noise', async (expected) => {
    const network = ({ w, b }: { w: number; b: number }) => stax.Dense(1, { wStd: w, bStd: b }).kernel;
    const parameters = { w: expected.w, b: expected.b };
    const k = await gram(network(parameters), x, null, { get: 'nngp' });
    const ridge = { reg: expected.noise, regScale: 'absolute' } as const;
    const { value, kernelGradient, regGradient } = await logMarginalLikelihood(k, y, ridge);
    const gradient = await hyperparameterVjp(network, parameters, x, null, { nngp: kernelGradient });
    expect(value).toBeCloseTo(expected.value, 9);
    expect(gradient.w).toBeCloseTo(expected.gradient.w, 8);
    expect(gradient.b).toBeCloseTo(expected.gradient.b, 8);
    expect(regGradient).toBeCloseTo(expected.gradient.noise, 8);
    expect((await leaveOneOut(k, y, ridge)).value).toBeCloseTo(expected.leaveOneOut, 10);
  });

  it('any matrix', async () => {
    const { k, noise, value, leaveOneOut: loss } = fixture.matrix;
    const ridge = { reg: noise, regScale: 'absolute' } as const;
    expect((await logMarginalLikelihood(array(k), y, ridge)).value).toBeCloseTo(value, 9);
    expect((await leaveOneOut(array(k), y, ridge)).value).toBeCloseTo(loss, 10);
  });
});

describe('dense formulas', () => {
  const n = 7;
  const root = Matrix.from1DArray(n, n, [...generic([n, n]).data]);
  const k = root.mmul(root.transpose());
  const labels = Matrix.from1DArray(n, 2, [...generic([n, 2], 2).data]);

  it('the density of a Gaussian by eigenvalues', async () => {
    const ridge = (0.3 * k.trace()) / n;
    const a = Matrix.add(k, Matrix.eye(n).mul(ridge));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(a, { assumeSymmetric: true });
    const along = eigenvectorMatrix.transpose().mmul(labels);
    const terms = realEigenvalues.flatMap((variance, i) =>
      along.getRow(i).map((entry) => -0.5 * (entry ** 2 / variance + Math.log(2 * Math.PI * variance))),
    );
    const { value } = await logMarginalLikelihood(k, labels, { reg: 0.3 });
    expect(value).toBeCloseTo(
      terms.reduce((sum, term) => sum + term),
      10,
    );
  });

  it('regressions on all samples but one', async () => {
    let expected = 0;
    for (let i = 0; i < n; i++) {
      const rest = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
      const a = Matrix.add(k.selection(rest, rest), Matrix.eye(n - 1).mul(0.5));
      const alpha = inverse(a).mmul(labels.selection(rest, [0, 1]));
      const predicted = k.selection([i], rest).mmul(alpha).getRow(0);
      for (const [c, entry] of predicted.entries())
        expected += (0.5 * (labels.get(i, c) - entry) ** 2) / (2 * n);
    }
    const { value } = await leaveOneOut(k, labels, { reg: 0.5, regScale: 'absolute' });
    expect(value).toBeCloseTo(expected, 10);
  });

  describe.each(['trace', 'absolute'] as const)('gradients, reg a multiple of %s', (regScale) => {
    it.each([
      ['logMarginalLikelihood', logMarginalLikelihood],
      ['leaveOneOut', leaveOneOut],
    ])('%s', async (_, objective) => {
      const direction = Matrix.from1DArray(n, n, [...generic([n, n], 5).data]);
      const moved = Matrix.add(direction, direction.transpose());
      const at = (t: number, reg: number) =>
        objective(Matrix.add(k, Matrix.mul(moved, t)), labels, { reg, regScale });
      const { kernelGradient, regGradient } = await at(0, 0.2);
      const slope = Matrix.mul(kernelGradient, moved).sum();
      const byKernel = await derivative(async (t) => (await at(t, 0.2)).value);
      const byReg = await derivative(async (t) => (await at(0, 0.2 + t)).value);
      expect(Math.abs(slope - byKernel) / Math.abs(byKernel)).toBeLessThan(1e-8);
      expect(Math.abs(regGradient - byReg) / Math.abs(byReg)).toBeLessThan(1e-8);
      expect(kernelGradient.transpose().to1DArray()).toEqual(kernelGradient.to1DArray());
    });
  });
});

describe('bad arguments', () => {
  it.each([
    ['logMarginalLikelihood', logMarginalLikelihood],
    ['leaveOneOut', leaveOneOut],
  ])('%s', async (name, objective) => {
    const ones = Matrix.ones(3, 3);
    await expect(objective(ones, Matrix.ones(3, 1), { reg: 0 })).rejects.toThrow(
      new RegExp(`${name}.*positive definite.*row 1 of 3.*Raise reg`),
    );
    await expect(objective(ones, Matrix.ones(2, 1))).rejects.toThrow(/yTrain needs 3 rows/);
    await expect(objective(Matrix.ones(2, 3), Matrix.ones(2, 1))).rejects.toThrow(/square/);
    const nan = Matrix.from1DArray(3, 1, [1, Number.NaN, 0]);
    await expect(objective(ones, nan)).rejects.toThrow(/yTrain must be finite/);
    expect(() => objective(ones, ones, { reg: -1 })).toThrow(/reg needs a finite number/);
  });
});
