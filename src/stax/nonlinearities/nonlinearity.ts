import type { Tensor } from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import type { ActivationOp } from '../../program/ops/activation.js';
import { append, type SymbolicKernel, spatialOf, type UnaryOp } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { scaling } from '../layer/scaling.js';

/** A pointwise nonlinearity: its finite function, and the op of its dual. */
export interface Nonlinearity {
  readonly name: string;
  /** The function on tensors of any shape. */
  apply(x: Tensor): Tensor;
  /** Null: no dual is known, and `kernel` is refused. */
  readonly dual: Pick<ActivationOp, 'fn' | 'params'> | null;
  /** Factor on the inputs before the dual; 1 by default. */
  readonly inputScale?: number;
  /** Factor on the outputs after the dual; 1 by default. */
  readonly outputScale?: number;
  /** Constant added to the outputs after that, for a dual of mean zero; 0 by default. */
  readonly outputShift?: number;
}

/** Makes the layer of a pointwise nonlinearity, which needs Gaussian activations. */
export function makeNonlinearity(nonlinearity: Nonlinearity): Layer {
  const { name, dual, inputScale = 1, outputScale = 1, outputShift = 0 } = nonlinearity;
  return makeLayer({
    name,
    axes: null,
    outShape: (shape) => shape,
    remask: dual?.fn !== 'abRelu',
    apply: (_, x) => nonlinearity.apply(x),
    propagate(k) {
      requireGaussian(name, k);
      if (dual === null) {
        throw new UnsupportedError(`${name}: has no kernel without nngpFn. Pass nngpFn as well.`);
      }
      const shape = spatialOf(k.shape);
      const ops: UnaryOp[] = [
        ...scaling(shape, inputScale),
        { op: 'activation', shape, ...dual },
        ...scaling(shape, outputScale, outputShift),
      ];
      return append(k, ops, { isGaussian: false, origin: `the output of ${name}` });
    },
  });
}

/** @throws UnsupportedError where activations are not Gaussian. */
export function requireGaussian(name: string, k: SymbolicKernel): void {
  if (k.isGaussian) return;
  throw new UnsupportedError(
    `${name}: a nonlinearity needs Gaussian activations, got ${k.origin}. Put a Dense or Conv layer before it.`,
  );
}
