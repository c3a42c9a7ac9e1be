// The tf executor's door: nothing outside this folder imports past it.
export type { MomentFunction } from './duals/dual.js';
export { namedFunctions } from './duals/functions.js';
export { ownDual, ownQuadrature, registerDual } from './duals/own.js';
export { tfExecutor } from './executor.js';
export { tfPairs } from './pairs.js';
