import { eigenSymmetric, eigenvaluesSymmetric } from './eigen.js';
import { cholesky, choleskySolve, gemm } from './linalg.js';

/** The functions that {@link offThread} runs by name. */
export const calls = { cholesky, choleskySolve, eigenSymmetric, eigenvaluesSymmetric, gemm };

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
