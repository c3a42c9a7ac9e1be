import type { Params } from './params.js';

/** What a layer's `apply` takes. */
export type InputOf<L> = L extends {
  /** The finite layer. */
  readonly apply: (params: Params, x: infer In) => unknown;
}
  ? In
  : never;

/** What a layer's `apply` gives. */
export type OutputOf<L> = L extends {
  /** The finite layer. */
  readonly apply: (params: Params, x: never) => infer Out;
}
  ? Out
  : never;
