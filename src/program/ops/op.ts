/** What every op has: its name, the ops it reads (by index), the spatial shape of its result. */
export interface OpBase<Name extends string> {
  readonly op: Name;
  readonly inputs: readonly number[];
  /** Spatial sizes after the op, without batch and channels; `[]` when there are none. */
  readonly shape: readonly number[];
}
