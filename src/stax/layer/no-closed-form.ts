import { UnsupportedError } from '../../base/errors.js';

/** @throws UnsupportedError always: the kernel of the layer has no closed form, and how to get at it all the same. */
export function noClosedForm(name: string, instead: string): never {
  throw new UnsupportedError(
    `${name}: its kernel has no closed form. Estimate it from wide finite networks by monteCarloKernel, as ` +
      `docs/how-to/monte-carlo.md shows. ${instead}`,
  );
}
