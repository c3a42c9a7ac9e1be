import { fromRowMajor, rowMajor } from '../base/matrix.js';
import { rowsOf } from '../base/nd-array.js';
import { anything, byDefault, readOptions } from '../base/options.js';
import { gram } from '../gram/index.js';
import { offThread } from '../linalg/off-thread.js';
import { gemm } from '../linalg/product.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { readDataset, readSupport } from './read-support.js';
import { type DatasetInput, type SupportInput, type SupportOptions, supportOptions } from './types.js';

/** Options of {@link eigenBands}. */
export interface EigenBandsOptions extends Pick<SupportOptions, 'get' | 'dtype' | 'threads' | 'signal'> {
  /** Into how many bands the eigenvectors are cut, default 5. */
  readonly bands?: number;
}

const { get, dtype, threads, signal } = supportOptions;
const eigenBandsOptions = { bands: byDefault(5, anything<number>()), get, dtype, threads, signal };

/** How well regression does that sees the support's labels through some eigenvectors alone. */
export interface EigenBand {
  /** The share of eigenvectors before the band, those of larger eigenvalues first. */
  readonly from: number;
  readonly to: number;
  /** The band's eigenvalues over the sum of all. */
  readonly share: number;
  readonly accuracy: number;
}

/** Test images whose kernel with the support exists at a time. */
const BLOCK = 1024;

/**
 * The accuracy that each band of the support's eigenvectors carries.
 *
 * With K_ss = Σ λ_i v_i v_iᵀ and no ridge, K_ss⁻¹ is replaced by Σ v_i v_iᵀ/λ_i over the band. Natural images have nearly all their
 * accuracy in the first band; distilled ones spread it.
 *
 * @param support images `[n, h, w, c]` and labels `[n, C]`, n at least the number of bands
 * @param test images `[N, h, w, c]`, classes `[N]`
 * @returns a band an entry, that of the largest eigenvalues first
 * @throws RangeError when there are more bands than images, or none; else as `evaluateSupport` does.
 * @source Nguyen, Novak, Xiao, Lee, "Dataset distillation with infinitely wide convolutional networks" (NeurIPS 2021), section 4
 */
export async function eigenBands(
  kernel: NetworkKernel,
  support: SupportInput,
  test: DatasetInput,
  options: EigenBandsOptions = {},
): Promise<EigenBand[]> {
  const read = readOptions('eigenBands', options, eigenBandsOptions);
  const { bands, get, dtype, threads, signal } = read;
  const { images, labels } = readSupport('eigenBands', 'support', support);
  const data = readDataset('eigenBands', 'test', test);
  const [n, classes] = [labels.rows, labels.columns];
  if (!(Number.isInteger(bands) && bands >= 1 && bands <= n)) {
    throw new RangeError(`eigenBands: bands needs a whole number from 1 to the ${n} images, got ${bands}.`);
  }
  const compute = { get, dtype, threads, signal };
  const k = rowMajor(await gram(kernel, images, null, compute));
  const { values, vectors } = await offThread('eigenSymmetric', [k, n], signal);
  const total = values.reduce((sum, value) => sum + value, 0);
  const projected = gemm(n, classes, n, vectors, rowMajor(labels));
  const cuts = Array.from({ length: bands + 1 }, (_, i) => Math.round((i * n) / bands));
  const coefficients = cuts.slice(1).map((end, i) => {
    // Eigenvalues rise, bands fall.
    const [first, last] = [n - end, n - cuts[i]];
    const inverse = new Float64Array(n * classes);
    for (let v = first; v < last; v++) {
      for (let c = 0; c < classes; c++) inverse[v * classes + c] = projected[v * classes + c] / values[v];
    }
    const share = values.subarray(first, last).reduce((sum, value) => sum + value, 0) / total;
    return { share, alpha: gemm(n, classes, n, vectors, inverse, { transposeA: true }) };
  });
  const correct = new Array<number>(bands).fill(0);
  const { labels: wanted } = data;
  for (let start = 0; start < wanted.length; start += BLOCK) {
    signal?.throwIfAborted();
    const count = Math.min(BLOCK, wanted.length - start);
    const kernelBlock = rowMajor(await gram(kernel, rowsOf(data.images, start, count), images, compute));
    coefficients.forEach(({ alpha }, band) => {
      const predictions = fromRowMajor(gemm(count, classes, n, kernelBlock, alpha), count, classes);
      for (let i = 0; i < count; i++) {
        if (predictions.maxRowIndex(i)[1] === wanted[start + i]) correct[band]++;
      }
    });
  }
  return coefficients.map(({ share }, band) => ({
    from: cuts[band] / n,
    to: cuts[band + 1] / n,
    share,
    accuracy: correct[band] / wanted.length,
  }));
}
