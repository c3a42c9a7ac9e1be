/**
 * Readers of image data sets and numpy's files, and what is done to data before a kernel sees it.
 *
 * Everything takes and gives bytes and typed arrays; nothing here opens a file, so all of it runs in browsers.
 *
 * @packageDocumentation
 */
export { type AugmentOptions, augment } from './augment.js';
export { balancedSubset } from './balanced-subset.js';
export { type Cifar100Labels, loadCifar10, loadCifar100, parseCifar10, parseCifar100 } from './cifar.js';
export { concatDatasets, type Dataset, type Images, type PixelData, subset } from './dataset.js';
export { FormatError } from './format-error.js';
export { type IdxArray, type IdxData, parseIdx } from './idx.js';
export { loadMnist, parseMnist } from './mnist.js';
export { encodeNpy, type NpyArray, type NpyDtype, type NpyInput, parseNpy } from './npy.js';
export { encodeNpz, type NpzOptions, parseNpz } from './npz.js';
export { type OneHotOptions, oneHotCentred } from './one-hot-centred.js';
export {
  fitPreprocessing,
  type Preprocessing,
  type PreprocessingOptions,
  preprocessingOf,
  type TransformOptions,
} from './preprocessing.js';
export type { ClassLabels } from './read-classes.js';
export type { ReadFile } from './read-file.js';
export {
  type ChannelStats,
  channelStats,
  type StandardiseOptions,
  standardise,
  unstandardise,
} from './standardise.js';
export { loadSvhn, parseSvhn } from './svhn.js';
