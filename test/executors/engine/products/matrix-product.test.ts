import { Matrix } from 'ml-matrix';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { strips } from '../../../../src/executors/engine/products/native-products.js';
import {
  gram,
  gramVjp,
  type MatrixFactor,
  type MatrixProduct,
  onnxMatrixProduct,
  releaseThreads,
  setMatrixProduct,
  stax,
} from '../../../../src/index.js';
import { relativeError } from '../../../support/compare.js';
import { tolerance } from '../../../support/tolerance.js';

const { kernel } = stax.serial(
  ...[stax.Dense(8, { bStd: 0.1 }), stax.Relu(), stax.Dense(8), stax.Erf(), stax.Dense(1)],
);
const vectors = (n: number, phase: number) => ({
  shape: [n, 37],
  data: Float64Array.from({ length: n * 37 }, (_, k) => Math.sin(phase + 1.3 * k * k)),
});
const [x1, x2] = [vectors(5, 1), vectors(9, 2)];
const cotangent = new Matrix(
  Array.from({ length: 5 }, (_, i) => Array.from({ length: 9 }, (_, j) => Math.cos(3 * i + 5 * j))),
);

/** A product that sums backwards, so that its last bits are its own. */
function backwards(): MatrixProduct & { calls: number } {
  const at = ({ data, columns, transposed }: MatrixFactor, i: number, j: number) =>
    transposed ? data[j * columns + i] : data[i * columns + j];
  return {
    name: 'backwards',
    calls: 0,
    async multiply(left, right) {
      this.calls++;
      const [m, k] = left.transposed ? [left.columns, left.rows] : [left.rows, left.columns];
      const n = right.transposed ? right.rows : right.columns;
      const out = left.data instanceof Float32Array ? new Float32Array(m * n) : new Float64Array(m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = k - 1; p >= 0; p--) sum += at(left, i, p) * at(right, p, j);
          out[i * n + j] = sum;
        }
      }
      return out;
    },
  };
}

const installed = await import('onnxruntime-node' as string).then(
  () => true,
  () => false,
);

afterEach(() => setMatrixProduct(null));
afterAll(releaseThreads);

/** Values, gradients, self and not, of `product` beside the engine's own. */
async function compare(product: MatrixProduct, dtype: 'float32' | 'float64'): Promise<void> {
  const options = { dtype, threads: 2 };
  const all = async () => {
    const [values, self] = [
      await gram(kernel, x1, x2, { ...options, get: 'ntk' }),
      await gram(kernel, x2, null, { ...options, get: 'ntk' }),
    ];
    const both = await gramVjp(kernel, x1, x2, { ntk: cotangent }, options);
    const square = await gramVjp(kernel, x2, null, { ntk: Matrix.ones(9, 9) }, options);
    return [values.to1DArray(), self.to1DArray(), both.x1.data, both.x2!.data, square.x1.data];
  };
  const expected = await all();
  setMatrixProduct(product);
  const actual = await all();
  const { golden } = tolerance[dtype === 'float64' ? 'f64' : 'f32'];
  actual.forEach((numbers, i) => {
    expect(relativeError(numbers, expected[i])).toBeLessThan(golden);
  });
}

describe('setMatrixProduct', () => {
  it.each(['float64', 'float32'] as const)(
    'uses another product for values and gradients in %s',
    async (dtype) => {
      const product = backwards();
      await compare(product, dtype);
      // X1·X2ᵀ four times; two gradients of both sides, one of a side.
      expect(product.calls).toBe(7);
    },
  );

  it.each(['float64', 'float32'] as const)('leaves an angle of exactly 0 to a copy in %s', async (dtype) => {
    const expected = await gram(kernel, x1, { ...x1 }, { get: 'ntk', dtype });
    setMatrixProduct(backwards());
    const actual = await gram(kernel, x1, { ...x1 }, { get: 'ntk', dtype });
    const { golden } = tolerance[dtype === 'float64' ? 'f64' : 'f32'];
    expect(relativeError(actual.diagonal(), expected.diagonal())).toBeLessThan(golden);
  });

  it('is exactly symmetric without x2', async () => {
    setMatrixProduct(backwards());
    const k = await gram(kernel, x2, null, { get: 'nngp', block: { rows: 2, columns: 4 } });
    expect(k.to1DArray()).toEqual(k.transpose().to1DArray());
  });

  it('does not concern images', async () => {
    const product = backwards();
    setMatrixProduct(product);
    const conv = stax.serial(stax.Conv(1, [2, 2]), stax.Relu(), stax.Flatten());
    const x = { shape: [2, 3, 3, 1], data: new Float64Array(18).map((_, i) => Math.sin(i)) };
    await gram(conv.kernel, x, null, { get: 'ntk' });
    expect(product.calls).toBe(0);
  });

  it('passes an error of the product on', async () => {
    setMatrixProduct({ name: 'broken', multiply: () => Promise.reject(new Error('no device')) });
    await expect(gram(kernel, x1, x2, { get: 'ntk' })).rejects.toThrow('no device');
  });
});

describe('strips', () => {
  it('keep rows together and bound what exists at a time', () => {
    const wide = 2 ** 22;
    const cells = [0, 1, 2].flatMap((i) =>
      [0, 1].map(
        (j) =>
          [
            [i, i + 1],
            [(j * wide) / 2, ((j + 1) * wide) / 2],
          ] as const,
      ),
    );
    expect(strips(cells).map((strip) => strip.length)).toEqual([4, 2]);
  });
});

describe('onnxMatrixProduct', () => {
  it.skipIf(installed)('says what to install', async () => {
    await expect(onnxMatrixProduct()).rejects.toThrow(
      /^onnxMatrixProduct: onnxruntime-node could not be loaded .*Run npm install onnxruntime-node/,
    );
  });

  it.skipIf(!installed).each(['float64', 'float32'] as const)('multiplies in %s', async (dtype) => {
    await compare(await onnxMatrixProduct({ threads: 1 }), dtype);
  });
});
