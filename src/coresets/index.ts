/**
 * Coresets: a few images that stand for a data set without being learned, and the classifier by nearest neighbours.
 *
 * @packageDocumentation
 */

export { averageCoreset, type ClusterOptions, kMeansCoreset, kMedianCoreset } from './cluster-coresets.js';
export type { Coreset, FeatureOptions } from './coreset.js';
export { type ForgettingOptions, forgettingCoreset } from './forgetting.js';
export { herdingCoreset } from './herding.js';
export { type NearestNeighboursOptions, nearestNeighbours } from './nearest-neighbours.js';
export { type OptimisedOptions, optimisedCoresets, type ScoredCoreset } from './optimised.js';
export { randomCoreset } from './random.js';
