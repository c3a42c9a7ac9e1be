// The tf executor's door: nothing outside this folder imports past it.
export { tfExecutor } from './executor.js';
export { tfPairs } from './pairs.js';
