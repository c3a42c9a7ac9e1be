import { Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { gram, type NdArray, releaseThreads, stax } from '../../src/index.js';

const { kernel } = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
const vectors = (n: number): NdArray<Float64Array> => ({
  shape: [n, 5],
  data: Float64Array.from({ length: n * 5 }, (_, k) => Math.sin(1.3 * k * k)),
});
const [few, many] = [vectors(3), vectors(70)];

afterAll(releaseThreads);

describe("gram's result", () => {
  it('is a Matrix, or an NdArray in the precision of the computation', async () => {
    const matrix = await gram(kernel, few, many, { get: 'ntk' });
    const array = await gram(kernel, few, many, { get: 'ntk', as: 'array' });
    expect(matrix).toBeInstanceOf(Matrix);
    expect(array.shape).toEqual([3, 70]);
    expect(array.data).toBeInstanceOf(Float64Array);
    expect([...array.data]).toEqual(matrix.to1DArray());

    const rounded = await gram(kernel, few, many, { get: 'ntk', dtype: 'float32' });
    const floats = await gram(kernel, few, many, { get: ['ntk'], dtype: 'float32', as: 'array' });
    expect(floats.ntk.data).toBeInstanceOf(Float32Array);
    expect([...floats.ntk.data]).toEqual(rounded.to1DArray());
  });

  it.each(['float64', 'float32'] as const)('is written turned where x1 is longer in %s', async (dtype) => {
    const block = { rows: 2, columns: 16 };
    const long = await gram(kernel, many, few, { get: ['nngp', 'ntk'], dtype, block });
    const wide = await gram(kernel, few, many, { get: ['nngp', 'ntk'], dtype });
    expect(long.nngp.to1DArray()).toEqual(wide.nngp.transpose().to1DArray());
    expect(long.ntk.to1DArray()).toEqual(wide.ntk.transpose().to1DArray());
  });

  it('is refused at once where the machine cannot hold it', async () => {
    const n = 3_000_000;
    const x = { shape: [n, 1], data: new Float64Array(n).fill(1) };
    const refused = gram(kernel, x, null, { get: ['nngp', 'ntk'] });
    await expect(refused).rejects.toThrow(RangeError);
    await expect(refused).rejects.toThrow(
      /^gram: 2 matrices of 3000000 × 3000000 numbers in float64 take 144000 GB, .*Ask for one field at a time \(72000 GB\), dtype 'float32' as 'array' \(72000 GB\), some rows of x1 a call, or use ridgeVisit/,
    );
  });

  it('refuses another form', async () => {
    await expect(gram(kernel, few, null, { get: 'ntk', as: 'tensor' as 'array' })).rejects.toThrow(
      "gram: as must be 'matrix' or 'array', got 'tensor'.",
    );
  });
});
