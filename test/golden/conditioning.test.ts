import { expect, it } from 'vitest';
import { tolerance } from '../support/tolerance.js';
import { lostGradients, supported } from './cases.js';

it('rounding the inputs to float32 costs gradients some times the golden bound where activations are nearly parallel', () => {
  const lost = (name: string) => lostGradients(supported.find((golden) => golden.name === name)!);
  for (const name of ['fanin-concat-spatial', 'random-15', 'random-22']) {
    expect(lost(name), name).toBeGreaterThan(2 * tolerance.f32.golden);
    expect(lost(name), name).toBeLessThan(10 * tolerance.f32.golden);
  }
  for (const name of ['FC1', 'FC3', 'random-0']) {
    expect(lost(name), name).toBeLessThan(0.1 * tolerance.f32.golden);
  }
});

it('random-12 has exact values that Neural Tangents misses, and gradients that are its rounding errors', () => {
  const { nngp, ntk, vjp } = supported.find(({ name }) => name === 'random-12')!;
  // Of the pairs of positions half have one sign: their angle is 0. The others' activations are 0 on one side.
  const readout = 1.42 ** 2;
  const errors = (field: typeof nngp, exact: number) =>
    (field as number[][]).flat().map((entry) => Math.abs(entry / exact - 1));
  expect(Math.max(...errors(nngp, readout * (1 / 4 + 1 / (4 * Math.PI))))).toBeLessThan(tolerance.f64.golden);
  const ntkError = Math.max(...errors(ntk, readout * (3 / 4 + 1 / (4 * Math.PI))));
  expect(ntkError).toBeGreaterThan(tolerance.f64.golden);
  expect(ntkError).toBeLessThan(tolerance.f64.goldenSingular);
  expect(Math.max(...vjp!.x1.map(Math.abs))).toBeLessThan(tolerance.f64.goldenSingular);
});
