import { append, type SymbolicKernel, spatialOf, type UnaryOp } from '../kernel/symbolic.js';
import type { Windows } from './geometry.js';

/** Emits the circular padding that windows need, if any. */
function wrapped(k: SymbolicKernel, windows: Windows): SymbolicKernel {
  if (!windows.circular || windows.low.every((low, i) => low === 0 && windows.high[i] === 0)) return k;
  const spatial = spatialOf(k.shape).map((n, i) => windows.low[i] + n + windows.high[i]);
  return append(k, [{ op: 'wrap', shape: spatial, low: windows.low }]);
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
