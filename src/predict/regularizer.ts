/** A ridge on the training kernel. */
export interface RegularizerOptions {
  /** The ridge, at least 0; default 0. */
  readonly diagReg?: number;
  /** `false` (default): diagReg times the mean of the kernel's diagonal is added to it; `true`: diagReg itself. */
  readonly diagRegAbsoluteScale?: boolean;
}

/** Names of `RegularizerOptions`. */
export const regularizerOptionNames = ['diagReg', 'diagRegAbsoluteScale'] as const;

/** @throws RangeError when the ridge is negative or not finite. */
export function checkRegularizer(where: string, { diagReg = 0 }: RegularizerOptions): void {
  if (!(Number.isFinite(diagReg) && diagReg >= 0)) {
    throw new RangeError(
      `${where}: diagReg must be a finite number of at least 0, got ${diagReg}. Pass e.g. 1e-6.`,
    );
  }
}

/** A copy of a kernel `[n, n]` with the ridge on its diagonal. */
export function regularized(
  kernel: Float64Array,
  n: number,
  { diagReg = 0, diagRegAbsoluteScale = false }: RegularizerOptions,
): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel[i * n + i];
  const ridge = diagRegAbsoluteScale ? diagReg : (diagReg * trace) / n;
  const sum = kernel.slice();
  for (let i = 0; i < n; i++) sum[i * n + i] += ridge;
  return sum;
}
