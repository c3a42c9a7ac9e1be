import { Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { gram, gramVjp, type NdArray } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { buildNet, goldenInput } from '../support/net.js';
import { tolerance } from '../support/tolerance.js';
import { Extremes, expected, type GoldenCase, supported, wave } from './cases.js';

const dtype = 'float64';
const extremes = new Extremes();
afterAll(() => console.info(extremes.line('golden f64 engine')));

/** Cases whose result is a Gram matrix, without spatial axes. */
const grams = supported.filter(({ nngp }) => typeof (nngp[0] as readonly unknown[])[0] === 'number');

describe('engine in float64', () => {
  it.each(grams.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
    const errors = { values: await valueError(golden), ...(await gradientError(golden)) };
    extremes.add(name, errors);
    for (const [kind, error] of Object.entries(errors)) {
      expect(error, kind).toBeLessThanOrEqual(tolerance.f64.golden);
    }
  });
});

function setup({ net, x1, x2 }: GoldenCase) {
  const inputs: [NdArray, NdArray | null] = [goldenInput(x1), x2 && goldenInput(x2)];
  return { kernel: buildNet(net).kernel, inputs };
}

async function valueError(golden: GoldenCase): Promise<number> {
  const { kernel, inputs } = setup(golden);
  const errors = [];
  for (const get of ['nngp', 'ntk'] as const) {
    const matrix = await gram(kernel, ...inputs, { get, dtype });
    errors.push(relativeError(matrix.to1DArray(), expected(golden, get)));
  }
  return Math.max(...errors);
}

async function gradientError(golden: GoldenCase): Promise<{ gradients?: number }> {
  const { vjp } = golden;
  if (vjp === undefined) return {};
  const { kernel, inputs } = setup(golden);
  const [n1, n2] = [inputs[0].shape[0], (inputs[1] ?? inputs[0]).shape[0]];
  const cotangent = (field: 'nngp' | 'ntk') =>
    Matrix.from1DArray(n1, n2, [...wave(vjp.cotangents[field], n1 * n2)]);
  const gradient = await gramVjp(
    kernel,
    ...inputs,
    { nngp: cotangent('nngp'), ntk: cotangent('ntk') },
    { dtype },
  );
  const errors = [relativeError(gradient.x1.data, vjp.x1)];
  if (vjp.x2 !== undefined) errors.push(relativeError(gradient.x2!.data, vjp.x2));
  return { gradients: Math.max(...errors) };
}
