import { cholesky, choleskySolve } from './cholesky.js';
import { eigenSymmetric, eigenvaluesSymmetric } from './eigen.js';
import { appendRows, solveAppended } from './least-squares.js';
import { factorPositiveDefinite, solveFactored } from './positive-definite.js';
import { gemm } from './product.js';

/** As {@link appendRows} for a caller on another thread, whose state this one does not see: the state comes back. */
function appendedRows(...args: Parameters<typeof appendRows>): { state: Float64Array; residual: number } {
  return { residual: appendRows(...args), state: args[0] };
}

/** The functions that {@link offThread} runs by name. */
export const calls = {
  appendedRows,
  cholesky,
  choleskySolve,
  eigenSymmetric,
  eigenvaluesSymmetric,
  factorPositiveDefinite,
  gemm,
  solveAppended,
  solveFactored,
};

export type Calls = typeof calls;

/** Calling thread → worker. The engine's module comes with the first one. */
export interface CallRequest {
  readonly module: WebAssembly.Module | null;
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

/** Worker → calling thread. */
export type CallReply =
  | { readonly result: unknown }
  | { readonly error: { readonly name: string; readonly message: string } };
