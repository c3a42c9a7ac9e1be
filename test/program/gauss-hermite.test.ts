import { describe, expect, it } from 'vitest';
import { gaussHermite } from '../../src/program/gauss-hermite.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

describe('gaussHermite', () => {
  // numpy.polynomial.hermite.hermgauss(5)
  it('has the nodes and weights of numpy', () => {
    const { nodes, weights } = gaussHermite(5);
    expect(
      relativeError(
        nodes,
        [-2.0201828704560856, -0.9585724646138185, 0, 0.9585724646138185, 2.0201828704560856],
      ),
    ).toBeLessThan(tolerance.f64.rounding);
    expect(
      relativeError(
        weights,
        [
          0.019953242059045872, 0.39361932315224096, 0.9453087204829428, 0.39361932315224096,
          0.019953242059045872,
        ],
      ),
    ).toBeLessThan(tolerance.f64.rounding);
  });

  it.each([1, 2, 7, 25, 64, 150])('is exact for even powers below twice %i', (degree) => {
    const { nodes, weights } = gaussHermite(degree);
    expect(new Set(nodes).size).toBe(degree);
    // ∫ x^(2k) e^(−x²) dx = √π·(2k−1)!!/2^k.
    let moment = Math.sqrt(Math.PI);
    for (let k = 0; k < Math.min(degree, 20); k++) {
      const sum = nodes.reduce((total, x, i) => total + weights[i] * x ** (2 * k), 0);
      expect(relativeError([sum], [moment])).toBeLessThan(tolerance.f64.rounding);
      moment *= (2 * k + 1) / 2;
    }
  });
});
