import type { OpBase } from '../program.js';

/**
 * Circular padding: K'[P,P'] = K[(P − low) mod n, (P' − low) mod n], n the input's size on that axis. Θ alike.
 *
 * CIRCULAR convolutions and pools are this op followed by the VALID ones.
 */
export interface WrapOp extends OpBase<'wrap'> {
  readonly low: readonly number[];
}
