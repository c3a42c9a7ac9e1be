import type { Tensor } from '#tf';

/** Whether a value is a tensor, of whichever copy of tfjs: told by its `dataId`, as tfjs itself tells. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value;
