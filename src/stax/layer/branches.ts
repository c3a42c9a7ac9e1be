import { ShapeError, UnsupportedError } from '../../base/errors.js';
import type { Axes } from '../../tracing/axes.js';
import type { SymbolicKernel } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';

/** The shape that all branches have. */
export function equalShape(name: string, shapes: readonly Shape[]): Shape {
  if (shapes.every((shape) => String(shape) === String(shapes[0]))) return shapes[0];
  throw new ShapeError(
    `${name}: branches must have equal shapes, got ${shapes.map((shape) => `[${shape}]`).join(' and ')}. ` +
      'Match their channels, strides and padding.',
  );
}

/** The axes that all branches have. */
export function sharedAxes(name: string, branches: readonly Axes[]): Axes {
  const place = ({ batchAxis, channelAxis }: Axes) => `${batchAxis} and ${channelAxis}`;
  const other = branches.find((branch) => place(branch) !== place(branches[0]));
  if (other === undefined) return branches[0];
  throw new ShapeError(
    `${name}: branches must have their samples and channels on the same axes, got ${place(branches[0])} in one and ` +
      `${place(other)} in another.`,
  );
}

/** Refuses branches whose activations are not Gaussian. */
export function requireGaussianBranches(name: string, branches: readonly SymbolicKernel[]): void {
  const bad = branches.findIndex((branch) => !branch.isGaussian);
  if (bad < 0) return;
  throw new UnsupportedError(
    `${name}: every branch must be Gaussian, got ${branches[bad].origin} in branch ${bad}. ` +
      'End that branch with a Dense or Conv layer.',
  );
}
