import { UnsupportedError } from '../../base/errors.js';

/** @throws UnsupportedError always: a layer that mixes the samples of a batch takes no masks. */
export function noMasks(name: string): never {
  throw new UnsupportedError(
    `${name}: takes no masks where it mixes the samples of a batch. Leave maskConstant out.`,
  );
}
