import * as tf from '@tensorflow/tfjs';
import type { OpBase } from '../program.js';
import { mapCovariances, multiplyPositions } from './pair-covariances.js';
import { combinations, type OpRule } from './rule.js';

/**
 * Circular padding: K'[P,P'] = K[(P − low) mod n, (P' − low) mod n], n the input's size on that axis. Θ alike.
 *
 * CIRCULAR convolutions and pools are this op followed by the VALID ones.
 */
export interface WrapOp extends OpBase<'wrap'> {
  readonly low: readonly number[];
}

/** How executors run `wrap`. */
export const wrapRule: OpRule<WrapOp> = {
  needs: (_op, offset, inputShape) =>
    combinations(
      inputShape.map((size, axis) => {
        const residue = modulo(offset[axis], size);
        return residue === 0 ? [0] : [residue, residue - size];
      }),
    ),
  evaluate(op, [input]) {
    // A selection by a 0/1 matrix: exact, and its gradient is one product where that of `tf.gather` is a slow scatter.
    const selections = input.shape.map((size, axis) => {
      const sources = Array.from({ length: op.shape[axis] }, (_, P) => modulo(P - op.low[axis], size));
      return tf.oneHot(tf.tensor1d(sources, 'int32'), size, 1, 0, 'float32') as tf.Tensor2D;
    });
    return mapCovariances(input, op.shape, (k) => multiplyPositions(k, input.shape, selections));
  },
};

const modulo = (a: number, n: number): number => ((a % n) + n) % n;
