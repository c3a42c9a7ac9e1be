import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { gram, gramVjp, type NdArray, programOf, random } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, byTf, type Computed, generic, lossOf, tensorOf } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';
import { layerNets, withReadout } from '../support/layer-nets.js';
import { kernelOnlyNets } from '../support/nonlinearity-nets.js';
import { tolerance } from '../support/tolerance.js';

describe.each([...layerNets, ...kernelOnlyNets])('%s', (name, sample, hidden) => {
  const net = withReadout(hidden(3), 2);
  const n1 = 4;
  const x1 = generic([n1, ...sample]);
  const x2 = generic([3, ...sample], 5);

  it('has one shape in init, apply and kernel', () => {
    const [shape, params] = net.init(random.key(0), x1.shape);
    const x = tensorOf(x1);
    if (name !== 'ExpNormalized') expect(net.apply(params, x, { key: random.key(1) }).shape).toEqual(shape);
    expect(net.kernel(x, null, 'shape1', { executor: 'tf' })).toEqual(shape);
  });

  it('has a Program that survives JSON', () => {
    const program = programOf(net.kernel, x1.shape.slice(1));
    expect(JSON.parse(JSON.stringify(program))).toEqual(program);
  });

  it('is symmetric and positive semidefinite, whatever the threads and tiles', async () => {
    // Two rows are copies of others: the smallest eigenvalues are 0.
    const copies = x1.data.subarray(0, x1.data.length / 2);
    const x = { shape: [n1 + 2, ...sample], data: Float64Array.from([...x1.data, ...copies]) };
    for (const get of ['nngp', 'ntk'] as const) {
      const one = await gram(net.kernel, x, null, { get, dtype: 'float64', threads: 1 });
      const block = { rows: 1, columns: 3 };
      const tiled = await gram(net.kernel, x, null, { get, dtype: 'float64', threads: 2, block });
      expect(tiled.to1DArray()).toEqual(one.to1DArray());
      expect(one.transpose().to1DArray()).toEqual(one.to1DArray());
      const { realEigenvalues } = new EigenvalueDecomposition(one, { assumeSymmetric: true });
      expect(Math.min(...realEigenvalues) / one.max()).toBeGreaterThan(-tolerance.f64.eigenvalue);
    }
  });

  it('takes x2 null as x2 = x1', async () => {
    // Dropout tells a sample from its copy; float32 tensors of both are copies.
    const drops = programOf(net.kernel, sample).ops.some(({ op }) => op === 'dropout');
    const copy = drops ? x1 : { ...x1, data: x1.data.slice() };
    const pairs: [Computed, Computed, number][] = [
      [
        await byEngine(net, x1, null, 'float64'),
        await byEngine(net, x1, copy, 'float64'),
        tolerance.f64.rounding,
      ],
      [byTf(net, x1, null), byTf(net, x1, copy), tolerance.f32.rounding],
    ];
    for (const [alone, both, rounding] of drops ? pairs.slice(0, 1) : pairs) {
      const [g1, g2] = both.gradients;
      const total = Array.from(g1, (entry, i) => entry + g2[i]);
      expectClose(alone, { ...both, gradients: [total] }, rounding, rounding);
    }
  });

  it('is transposed where x1 and x2 change places, and its gradients with it', async () => {
    // As many of one as of the other: of sides of different lengths the engine itself takes the longer one second.
    const other = generic([n1, ...sample], 6);
    const options = { get: ['nngp', 'ntk'] } as const;
    const k = await gram(net.kernel, x1, other, options);
    const turned = await gram(net.kernel, other, x1, options);
    for (const field of options.get) {
      const back = turned[field].transpose().to1DArray();
      expect(relativeError(k[field].to1DArray(), back)).toBeLessThan(tolerance.f64.rounding);
    }
    const cotangent = Matrix.from1DArray(n1, n1, [...generic([n1, n1], 7).data]);
    const there = await gramVjp(net.kernel, x1, other, { ntk: cotangent });
    const back = await gramVjp(net.kernel, other, x1, { ntk: cotangent.transpose() });
    expect(relativeError(there.x1.data, back.x2!.data)).toBeLessThan(tolerance.f64.golden);
    expect(relativeError(there.x2!.data, back.x1.data)).toBeLessThan(tolerance.f64.golden);
  });

  it('is the same by engine and tf executor, values and gradients', async () => {
    for (const other of [x2, null]) {
      const exact = await byEngine(net, x1, other, 'float64');
      for (const single of [byTf(net, x1, other), await byEngine(net, x1, other, 'float32')]) {
        expectClose(single, exact, tolerance.f32.values, tolerance.f32.gradients);
      }
    }
  });

  it('has the derivatives of its values', async () => {
    const direction = [generic(x1.shape, 3).data, generic(x2.shape, 4).data];
    const lossAt = async (t: number, withItself: boolean) => {
      const other = withItself ? null : along(x2, direction[1], t);
      return lossOf(await byEngine(net, along(x1, direction[0], t), other, 'float64'));
    };
    for (const withItself of [false, true]) {
      const { gradients } = await byEngine(net, x1, withItself ? null : x2, 'float64');
      const slope = gradients.reduce((sum, gradient, i) => sum + slopeAlong(gradient, direction[i]), 0);
      const difference = await derivative((t) => lossAt(t, withItself));
      expect(relativeError([difference], [slope])).toBeLessThan(tolerance.f64.line);
    }
  });

  it.each(Object.entries(degenerate(sample)))('is finite, with its gradients, for %s', async (_name, x) => {
    const other = generic([2, ...sample], 5);
    for (const [left, right] of [
      [x, null],
      [x, x],
      [x, other],
      [other, x],
    ] as const) {
      expectFinite(await byEngine(net, left, right, 'float64'));
      expectFinite(await byEngine(net, left, right, 'float32'));
      expectFinite(byTf(net, left, right));
    }
  });
});

/** Inputs at which the derivatives of arc-cosines are singular. */
function degenerate(sample: readonly number[]): Record<string, NdArray<Float64Array>> {
  const row = generic([1, ...sample]).data;
  const rows = (...list: ArrayLike<number>[]): NdArray<Float64Array> => ({
    shape: [list.length, ...sample],
    data: Float64Array.from(list.flatMap((entries) => Array.from(entries))),
  });
  const constant = row.map(() => 0.7);
  return {
    'zero rows': rows(
      row.map(() => 0),
      row,
      row.map(() => 0),
    ),
    'identical rows': rows(row, row),
    'antipodal rows': rows(
      row,
      row.map((entry) => -entry),
    ),
    'parallel rows': rows(
      row,
      row.map((entry) => 3 * entry),
    ),
    'constant images': rows(
      constant,
      constant,
      constant.map((entry) => -entry),
    ),
  };
}

function expectClose(actual: Computed, expected: Computed, values: number, gradients: number): void {
  expect(relativeError(actual.nngp, expected.nngp)).toBeLessThan(values);
  expect(relativeError(actual.ntk, expected.ntk)).toBeLessThan(values);
  expect(actual.gradients.length).toBe(expected.gradients.length);
  expected.gradients.forEach((gradient, i) => {
    expect(relativeError(actual.gradients[i], gradient)).toBeLessThan(gradients);
  });
}

function expectFinite({ nngp, ntk, gradients }: Computed): void {
  for (const numbers of [nngp, ntk, ...gradients]) {
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
  }
}
