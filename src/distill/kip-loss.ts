import { ShapeError } from '../base/errors.js';
import { Matrix } from '../base/ml-matrix.js';
import type { NdArray } from '../base/nd-array.js';
import { byDefault, type Complete, flag, readOptions } from '../base/options.js';
import { gram, gramVjp, ridgeVisit } from '../gram/index.js';
import type { SolveEvidence } from '../regression/index.js';
import { ridgeSystem } from '../regression/ridge.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { readSupport } from './read-support.js';
import { type Support, type SupportInput, type SupportOptions, supportOptions } from './types.js';

/** Options of {@link kipLoss}. */
export interface KipLossOptions extends SupportOptions {
  /** Whether to compute the gradients, default true. */
  readonly gradient?: boolean;
}

const kipLossOptions = { gradient: byDefault(true, flag), ...supportOptions };

/** The loss of a support set, and its gradients. */
export interface KipLoss {
  /** ½·mean over targets and classes of (K_ts α − y_t)². */
  readonly loss: number;
  /** Share of targets whose largest prediction is at their largest label. */
  readonly accuracy: number;
  /** Null when not asked for. */
  readonly gradient: {
    /** In the support images, their shape. */
    readonly images: NdArray<Float64Array>;
    /** In the support labels, `[n, C]`. */
    readonly labels: Matrix;
  } | null;
  /** Of the solve for α. */
  readonly evidence: SolveEvidence;
}

/**
 * The loss of kernel ridge regression from a support set to targets, with its gradients in closed form.
 *
 * A = K_ss + ridge·I, α = A⁻¹ y_s, L = ½·mean((K_ts α − y_t)²). With G = (K_ts α − y_t)/(N·C) and β = A⁻¹ K_tsᵀ G:
 * ∂L/∂K_ts = G αᵀ, ∂L/∂y_s = β, ∂L/∂K_ss = −β αᵀ − (reg/n)·⟨β, α⟩·I (the last term where the ridge is relative to the trace).
 *
 * @param kernel the `kernel` of a network that ends in one position
 * @param support images `[n, …]` and labels `[n, C]`
 * @param targets images `[N, …]` and labels `[N, C]`
 * @throws ShapeError when shapes do not fit each other or the network.
 * @throws NonFiniteError when an entry is NaN or infinite; the message names the array and the index.
 * @throws NotPositiveDefiniteError when A, with the allowed jitter, is not positive definite.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @remarks α depends on K_ss alone, so every block of targets is visited once and K_ts never exists as a whole. Jitter, where
 *   it was needed, counts as a constant in the gradients.
 * @source Nguyen, Chen, Lee, "Dataset meta-learning from kernel ridge-regression" (ICLR 2021), equation 7
 */
export async function kipLoss(
  kernel: NetworkKernel,
  support: SupportInput,
  targets: SupportInput,
  options: KipLossOptions = {},
): Promise<KipLoss> {
  const asked = readOptions('kipLoss', options, kipLossOptions);
  const read = readSupport('kipLoss', 'support', support);
  const wanted = readSupport('kipLoss', 'targets', targets);
  if (wanted.labels.columns !== read.labels.columns) {
    throw new ShapeError(
      `kipLoss: support and targets need equally many classes, got ${read.labels.columns} and ${wanted.labels.columns}.`,
    );
  }
  return computeKipLoss('kipLoss', kernel, read, wanted, asked);
}

/** {@link kipLoss} for callers that checked their arguments; `where` names them in errors. */
export async function computeKipLoss(
  where: string,
  kernel: NetworkKernel,
  { images, labels }: Support,
  targets: Support,
  options: Complete<typeof kipLossOptions>,
): Promise<KipLoss> {
  const { get, dtype, threads, signal, gradient, reg, regScale } = options;
  const compute = { dtype, threads, signal };
  const kSs = await gram(kernel, images, null, { ...compute, get });
  const system = await ridgeSystem(where, 'the Gram matrix of the support', kSs, options);
  const { x: alpha, evidence } = await system.solve(labels, 'support.labels');
  // A copy of the record: a support that is its own target is still two arguments.
  const targetImages = { ...targets.images };
  const visit = await ridgeVisit(kernel, images, targetImages, alpha, targets.labels, {
    ...compute,
    get,
    gradient,
  });
  const { loss, correct, kTg, supportGradient } = visit;
  const accuracy = correct / targets.images.shape[0];
  if (!gradient) return { loss, accuracy, gradient: null, evidence };

  const { x: beta } = await system.solve(kTg, 'K_ts^T G');
  const n = images.shape[0];
  const cotangent = gramCotangent(alpha, beta, regScale === 'trace' ? reg / n : 0);
  const { x1 } = await gramVjp(kernel, images, null, { [get]: cotangent }, compute);
  const through = supportGradient!.data;
  return {
    loss,
    accuracy,
    gradient: {
      images: { shape: images.shape, data: x1.data.map((value, i) => value + through[i]) },
      labels: beta,
    },
    evidence,
  };
}

/** ∂L/∂K_ss, made symmetric: K_ss is, so the gradient is the same. */
function gramCotangent(alpha: Matrix, beta: Matrix, traceShare: number): Matrix {
  const outer = beta.mmul(alpha.transpose());
  const inner = outer.trace();
  const n = outer.rows;
  const cotangent = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      cotangent.set(i, j, -0.5 * (outer.get(i, j) + outer.get(j, i)) - (i === j ? traceShare * inner : 0));
    }
  }
  return cotangent;
}
