import { offThread } from '../linalg/off-thread.js';
import { key } from '../random/key.js';
import { permutation } from '../random/permutation.js';
import type { KernelTiles } from './kernel-tiles.js';

/** Eigenvalues of the landmarks' kernel below this share of the largest are rounding error. */
const NEGLIGIBLE = 1e-13;

/**
 * Nyström's approximation of a kernel by its rows at a few samples, the landmarks: K ≈ Fᵀ F with F = Λ^(−½) V K_landmarks,all,
 * where the landmarks' own kernel is Vᵀ Λ V.
 */
export interface NystromFeatures {
  /** Which samples the landmarks are. */
  readonly landmarks: readonly number[];
  /** Rows of F: the eigenvalues that are not negligible. */
  readonly rank: number;
  /** F `[rank, n]`. */
  readonly features: Float64Array;
  /** Λ^(−½) V `[rank, landmarks]`. */
  readonly whitening: Float64Array;
  /** K_landmarks,all `[landmarks, n]`. */
  readonly rows: Float64Array;
}

/** Features of `count` landmarks, drawn without replacement by the seed. */
export async function nystromFeatures(
  tiles: KernelTiles,
  count: number,
  seed: number,
): Promise<NystromFeatures> {
  const { n, signal } = tiles;
  const landmarks = Array.from(permutation(key(seed), n))
    .slice(0, count)
    .sort((a, b) => a - b);
  const rows = await tiles.rows(landmarks);
  const own = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (const [at, j] of landmarks.entries()) own[i * count + at] = rows[i * n + j];
  }
  const { values, vectors } = await offThread('eigenSymmetric', [own, count], signal);
  const kept = Array.from(values.keys()).filter((i) => values[i] > NEGLIGIBLE * values[count - 1]);
  const whitening = new Float64Array(kept.length * count);
  kept.forEach((i, at) => {
    for (let j = 0; j < count; j++) whitening[at * count + j] = vectors[i * count + j] / Math.sqrt(values[i]);
  });
  const features = await offThread('gemm', [kept.length, n, count, whitening, rows], signal);
  return { landmarks, rank: kept.length, features, whitening, rows };
}

/** The Cholesky factor of F Fᵀ + ridge·I `[rank, rank]`, for a positive ridge. */
export async function normalFactor(
  { features, rank }: NystromFeatures,
  n: number,
  ridge: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const normal = await offThread('gemm', [rank, rank, n, features, features, { transposeB: true }], signal);
  for (let i = 0; i < rank; i++) normal[i * rank + i] += ridge;
  const result = await offThread('factorPositiveDefinite', [normal, rank, [1e-14, 1e-12, 1e-10]], signal);
  if (result.ok) return result.factor;
  throw new Error('predict: F Fᵀ + ridge·I is not positive definite. Please report this kernel.');
}
