import type { Tensor } from '#tf';

/**
 * Covariances of a network's outputs and what is known of its activations: what `kernel(x1, x2)` returns
 * and another network's `kernel` accepts in place of inputs, so that kernels compose as networks do.
 *
 * Spatial axes of the covariances come in adjacent pairs, x1's position first: `[…, h, h', w, w', …]`.
 */
export interface Kernel {
  /** `[n1, n2, h, h', w, w', …]` covariance of x1's and x2's activations, averaged over channels, not centred. */
  readonly nngp: Tensor;
  /** Neural tangent kernel, of nngp's shape; zeros before the first layer with weights. */
  readonly ntk: Tensor;
  /** `[n1, h, h', w, w', …]` covariance of each sample of x1 with itself; with all, `[n1, n1, …]`, unless `diagonalBatch`. */
  readonly cov1: Tensor;
  /** `[n2, h, h', w, w', …]`; null if x2 is null, where cov1 stands for it. */
  readonly cov2: Tensor | null;
  /** Whether x2 was null or the very same tensor as x1. */
  readonly x1IsX2: boolean;
  /** Whether channels are independent, identically distributed Gaussians given the inputs. */
  readonly isGaussian: boolean;
  /** Always false: spatial axes are kept in their natural order. */
  readonly isReversed: false;
  /** Always false, as in Neural Tangents. */
  readonly isInput: false;
  /** Whether cov1 and cov2 hold one entry per sample (default), not per pair of samples. */
  readonly diagonalBatch: boolean;
  /** Whether each position is kept with itself alone, `[…, h, w, …]`, and not all pairs of positions (default). */
  readonly diagonalSpatial: boolean;
  /** Shape of the finite network's activations for x1, `[n1, …spatial, channels]` in the order of the network's layers. */
  readonly shape1: readonly number[];
  /** Shape of the finite network's activations for x2. */
  readonly shape2: readonly number[];
  /** Axis of samples in `shape1`; 0 unless layers say otherwise. */
  readonly batchAxis: number;
  /** Axis of channels in `shape1`; the last unless layers say otherwise. */
  readonly channelAxis: number;
  /**
   * Which of x1's activations count as absent, a bool tensor of `shape1` (or with 1 channel, where all share one mask); null
   * if none do. The covariances at masked positions are 0.
   */
  readonly mask1: Tensor | null;
  /** Likewise of x2's; null also if x2 is null, where mask1 stands for it. */
  readonly mask2: Tensor | null;
}

/** Whether a value has the fields of a `Kernel`. */
export function isKernel(value: unknown): value is Kernel {
  return (
    typeof value === 'object' &&
    value !== null &&
    'nngp' in value &&
    'cov1' in value &&
    'shape1' in value &&
    'isGaussian' in value
  );
}
