import { byDefault, type Complete, flag, isAmount, rule } from '../base/options.js';

/** A ridge on the training kernel. */
export interface RegularizerOptions {
  /** The ridge, at least 0; default 0. */
  readonly diagReg?: number;
  /** `false` (default): diagReg times the mean of the kernel's diagonal is added to it; `true`: diagReg itself. */
  readonly diagRegAbsoluteScale?: boolean;
}

/** {@link RegularizerOptions}. */
export const regularizerOptions = {
  diagReg: byDefault(0, rule('must be a finite number of at least 0', isAmount, 'Pass e.g. 1e-6.')),
  diagRegAbsoluteScale: byDefault(false, flag),
};

/** A copy of a kernel `[n, n]` with the ridge on its diagonal. */
export function regularized(
  kernel: Float64Array,
  n: number,
  { diagReg, diagRegAbsoluteScale }: Complete<typeof regularizerOptions>,
): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel[i * n + i];
  const ridge = diagRegAbsoluteScale ? diagReg : (diagReg * trace) / n;
  const sum = kernel.slice();
  for (let i = 0; i < n; i++) sum[i * n + i] += ridge;
  return sum;
}
