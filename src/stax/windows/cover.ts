import { append, type SymbolicKernel, spatialOf, type UnaryOp } from '../../tracing/symbolic.js';
import type { Windows } from './geometry.js';

/** The image continued periodically by `low` positions before and `high` after it, per axis. */
export function repeated(k: SymbolicKernel, low: readonly number[], high: readonly number[]): SymbolicKernel {
  const at = spatialOf(k.shape).map((n, axis) =>
    Array.from({ length: low[axis] + n + high[axis] }, (_, P) => (((P - low[axis]) % n) + n) % n),
  );
  return append(k, [{ op: 'select', shape: at.map(({ length }) => length), at }]);
}

/** Emits the circular padding that windows need, if any. */
function wrapped(k: SymbolicKernel, windows: Windows): SymbolicKernel {
  if (!windows.circular || windows.low.every((low, i) => low === 0 && windows.high[i] === 0)) return k;
  return repeated(k, windows.low, windows.high);
}

/** Emits an op over windows, after the circular padding that these need; nothing for windows that are the positions. */
export function covered(
  k: SymbolicKernel,
  windows: Windows,
  op: (fields: Pick<UnaryOp, 'shape'> & Pick<Windows, 'window' | 'strides' | 'low'>) => UnaryOp,
): SymbolicKernel {
  if ([...windows.window, ...windows.strides].every((size) => size === 1)) return k;
  const low = windows.circular ? windows.low.map(() => 0) : windows.low;
  return append(wrapped(k, windows), [
    op({ shape: windows.out, window: windows.window, strides: windows.strides, low }),
  ]);
}
