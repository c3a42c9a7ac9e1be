/**
 * Splittable random keys that give `jax.random`'s numbers.
 *
 * The generator is Threefry-2x32 with jax's partitionable counter scheme (`jax_threefry_partitionable=True`), the default
 * since jax 0.5; jax 0.4 gives the same numbers with that flag set. Entry i of a draw depends on the key and on i alone.
 *
 * @packageDocumentation
 */
export { bernoulli } from './bernoulli.js';
export { bits } from './bits.js';
export { foldIn, type Key, key, split } from './key.js';
export { type NormalOptions, normal } from './normal.js';
export { type ChoiceOptions, choice, permutation } from './permutation.js';
export { randint } from './randint.js';
export type { IntegerSample } from './sample.js';
export { type UniformOptions, uniform } from './uniform.js';
