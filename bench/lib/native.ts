import { engineInfo } from 'neural-tangents';
import { SkipError } from './case.js';

/** The end of the names of variants that run on the native add-on; the others run on WebAssembly. */
export const NATIVE = ', native';

/** The value of NEURAL_TANGENTS_ENGINE for a variant. */
export const engineOf = (variant: string): string => (variant.endsWith(NATIVE) ? 'native' : 'wasm');

/** Skips a variant on the native add-on where that does not run. */
export function checkNative(variant: string): void {
  if (engineOf(variant) === 'wasm') return;
  try {
    engineInfo();
  } catch (error) {
    throw new SkipError((error as Error).message);
  }
}
