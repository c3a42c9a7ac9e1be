import { Matrix } from 'ml-matrix';
import { afterAll, describe, it } from 'vitest';
import { type Dtype, gram, gramVjp, type NdArray } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { buildNet, goldenInput } from '../support/net.js';
import { Extremes, expected, expectGolden, type GoldenCase, supported, wave } from './cases.js';

/** Cases whose result is a Gram matrix, without spatial axes. */
const grams = supported.filter(({ nngp }) => typeof (nngp[0] as readonly unknown[])[0] === 'number');

/** Compares `gram` and `gramVjp` with all golden cases that have a readout. */
export function testThroughGram(dtype: Dtype): void {
  const extremes = new Extremes();
  afterAll(() => console.info(extremes.line(`golden ${dtype} gram`)));

  describe(`gram in ${dtype}`, () => {
    it.each(grams.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
      const errors = {
        values: await valueError(golden, dtype),
        ...(await gradientError(golden, dtype)),
      };
      extremes.add(name, errors);
      expectGolden(golden, dtype, errors);
    });
  });
}

function setup({ net, x1, x2 }: GoldenCase) {
  const inputs: [NdArray, NdArray | null] = [goldenInput(x1), x2 && goldenInput(x2)];
  return { kernel: buildNet(net).kernel, inputs };
}

async function valueError(golden: GoldenCase, dtype: Dtype): Promise<number> {
  const { kernel, inputs } = setup(golden);
  const errors = [];
  for (const get of ['nngp', 'ntk'] as const) {
    const matrix = await gram(kernel, ...inputs, { get, dtype });
    errors.push(relativeError(matrix.to1DArray(), expected(golden, get)));
  }
  return Math.max(...errors);
}

async function gradientError(golden: GoldenCase, dtype: Dtype): Promise<{ gradients?: number }> {
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
