import { describe, expect, it } from 'vitest';
import { adamStep, noMoments } from '../../src/distill/adam.js';
import { noSoapMoments, soapStep } from '../../src/distill/soap.js';
import { random } from '../../src/index.js';
import { gemm } from '../../src/linalg/product.js';
import { relativeError } from '../support/compare.js';

const adam = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, firstStep: 1 };
const draw = (seed: number, size: number) =>
  random.normal(random.key(seed), [size], { dtype: 'float64' }).data;

/** Steps along the gradients that a function says. */
async function soap(
  start: Float64Array,
  shape: readonly number[],
  gradientAt: (x: Float64Array, step: number) => Float64Array,
  steps: number,
  rate = 0.1,
) {
  let state = { x: start, moments: noSoapMoments(shape) };
  for (let step = 1; step <= steps; step++) {
    state = await soapStep(state.x, shape, state.moments, gradientAt(state.x, step), rate, step, adam);
  }
  return state;
}

/** An orthogonal matrix `[n, n]`: a reflection. */
function reflection(seed: number, n: number): Float64Array {
  const v = draw(seed, n);
  const norm = v.reduce((sum, value) => sum + value ** 2, 0);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return (i === j ? 1 : 0) - (2 * v[i] * v[j]) / norm;
  });
}

describe('SOAP', () => {
  it('does not care in which orthogonal coordinates of an axis the array is given', async () => {
    // Square, so that the first gradient spans both axes and all bases are determined.
    const [n, d] = [4, 4];
    const q = reflection(7, d);
    const inQ = (x: Float64Array) => gemm(n, d, d, x, q);
    const gradientAt = (_: Float64Array, step: number) => draw(100 + step, n * d);
    const plain = await soap(draw(1, n * d), [n, 2, 2], gradientAt, 13);
    const turned = await soap(inQ(draw(1, n * d)), [n, 2, 2], (x, step) => inQ(gradientAt(x, step)), 13);
    expect(relativeError(turned.x, inQ(plain.x))).toBeLessThan(1e-6);
  });

  it('is Adam along axes that are too long to be turned', async () => {
    const size = 1500;
    let [x, moments] = [draw(1, size), noMoments(size)];
    for (let step = 1; step <= 3; step++) {
      ({ x, moments } = adamStep(x, moments, draw(10 + step, size), 0.1, step, adam));
    }
    const state = await soap(draw(1, size), [1, size], (_, step) => draw(10 + step, size), 3);
    expect(state.moments.axes[1]).toBeNull();
    expect(relativeError(state.x, x)).toBeLessThan(1e-12);
  });

  it('goes down a narrow valley that lies across the axes faster than Adam', async () => {
    const d = 12;
    const q = reflection(3, d);
    // ½·Σ 10^(−i/3)·(coordinate i of x in q)²
    const widths = Float64Array.from({ length: d }, (_, i) => 10 ** (-i / 3));
    const gradientAt = (x: Float64Array) =>
      gemm(
        1,
        d,
        d,
        gemm(1, d, d, x, q).map((value, i) => value * widths[i]),
        q,
      );
    const loss = (x: Float64Array) =>
      gemm(1, d, d, x, q).reduce((sum, value, i) => sum + (widths[i] * value ** 2) / 2, 0);
    const start = draw(2, d);
    const rate = (step: number) => 0.1 * (1 - step / 200);
    let [x, moments] = [start, noMoments(d)];
    let state = { x: start, moments: noSoapMoments([1, d]) };
    for (let step = 1; step <= 200; step++) {
      ({ x, moments } = adamStep(x, moments, gradientAt(x), rate(step), step, adam));
      state = await soapStep(state.x, [1, d], state.moments, gradientAt(state.x), rate(step), step, adam);
    }
    expect(loss(state.x)).toBeLessThan(loss(x) / 10);
  });
});
