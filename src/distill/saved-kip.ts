import { fromRowMajor, rowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import { FormatError } from '../data/format-error.js';
import { encodeNpz, type NpyArray, type Preprocessing, parseNpz, preprocessingOf } from '../data/index.js';
import type { KipResult } from './kip-state.js';
import type { Moments } from './optimizer.js';
import type { SoapAxis } from './soap.js';
import type { Support } from './types.js';

/** What of a run is text in its file: all but arrays. */
interface SavedText extends Pick<KipResult, 'step' | 'history' | 'configuration'> {
  readonly version: 1;
  readonly best: Omit<NonNullable<KipResult['best']>, keyof Support> | null;
}

/**
 * Writes a run of `kip` as a `.npz` file: all that `loadKip` needs to go on from it.
 *
 * `images` and `labels` have the names and axes of the data sets that the papers' authors released, so that
 * `numpy.load(file)['images']` opens either; `best_images` and `best_labels` are the best support where one was kept, `moments_…`
 * the optimiser's, `preprocessing_…` what the data went through, `run` the rest as the bytes of a JSON text.
 *
 * @returns the file's bytes; the same run gives the same bytes
 * @example
 * ```ts
 * import { kip, loadKip, saveKip, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, 2, 1) };
 * const train = { images, labels: Int32Array.of(0, 1, 1, 0), numClasses: 2 };
 * const file = saveKip(await kip(kernel, train, { supportSize: 2, steps: 3 }));
 * const more = await kip(kernel, train, { resume: loadKip(file), steps: 6 });
 * console.log(more.history.length); // 6
 * ```
 */
export function saveKip({ images, labels, best, moments, preprocessing, ...rest }: KipResult): Uint8Array {
  const { step, history, configuration } = rest;
  const bestText = best && { step: best.step, evaluation: best.evaluation };
  const text: SavedText = { version: 1, step, history, configuration, best: bestText };
  return encodeNpz({
    images,
    labels: arrayOf(labels),
    ...(best && { best_images: best.images, best_labels: arrayOf(best.labels) }),
    ...momentArrays('images', moments.images),
    ...momentArrays('labels', moments.labels),
    ...Object.fromEntries(
      Object.entries(preprocessing?.state ?? {}).map(([name, array]) => [`${PREPROCESSING}${name}`, array]),
    ),
    run: bytesOf(JSON.stringify(text, writeInfinity)),
  });
}

/**
 * Reads a run of `kip` that {@link saveKip} wrote.
 *
 * @param bytes the whole file
 * @throws FormatError when it is no such file.
 */
export function loadKip(bytes: Uint8Array): KipResult {
  const arrays = parseNpz(bytes);
  const text = textOf(arrays.run);
  return {
    images: numbers(arrays, 'images'),
    labels: matrixOf(numbers(arrays, 'labels')),
    step: text.step,
    history: text.history,
    best: text.best && {
      ...text.best,
      images: numbers(arrays, 'best_images'),
      labels: matrixOf(numbers(arrays, 'best_labels')),
    },
    moments: { images: momentsIn(arrays, 'images'), labels: momentsIn(arrays, 'labels') },
    configuration: text.configuration,
    preprocessing: preprocessingIn(arrays),
  };
}

/** An optimizer's moments as arrays by name; `axis<k>` are those of SOAP's k-th axis. */
function momentArrays(
  own: string,
  { mean, square, ...rest }: Moments,
): Record<string, NdArray<Float64Array>> {
  const flat = (data: Float64Array) => ({ shape: [data.length], data });
  const axes = 'axes' in rest ? rest.axes : [];
  return {
    [`moments_${own}_mean`]: flat(mean),
    [`moments_${own}_square`]: flat(square),
    ...(axes.length > 0 && { [`moments_${own}_axes`]: flat(Float64Array.of(axes.length)) }),
    ...Object.fromEntries(
      axes.flatMap((axis, k) =>
        Object.entries(axis ?? {}).map(([name, data]) => [`moments_${own}_axis${k}_${name}`, flat(data)]),
      ),
    ),
  };
}

function momentsIn(arrays: Readonly<Record<string, NpyArray>>, own: string): Moments {
  const of = (name: string) => numbers(arrays, `moments_${own}_${name}`).data;
  const moments = { mean: of('mean'), square: of('square') };
  if (!(`moments_${own}_axes` in arrays)) return moments;
  const axes = Array.from({ length: of('axes')[0] }, (_, k): SoapAxis | null =>
    `moments_${own}_axis${k}_basis` in arrays
      ? { covariance: of(`axis${k}_covariance`), basis: of(`axis${k}_basis`) }
      : null,
  );
  return { ...moments, axes };
}

/** What names of the preprocessing's arrays begin with. */
const PREPROCESSING = 'preprocessing_';

function preprocessingIn(arrays: Readonly<Record<string, NpyArray>>): Preprocessing | null {
  const own = Object.keys(arrays).filter((name) => name.startsWith(PREPROCESSING));
  if (own.length === 0) return null;
  return preprocessingOf(
    Object.fromEntries(own.map((name) => [name.slice(PREPROCESSING.length), numbers(arrays, name)])),
  );
}

const arrayOf = (labels: Support['labels']): NdArray<Float64Array> => ({
  shape: [labels.rows, labels.columns],
  data: rowMajor(labels),
});

const matrixOf = ({ shape, data }: NdArray): Support['labels'] => fromRowMajor(data, shape[0], shape[1]);

function bytesOf(text: string) {
  const data = new TextEncoder().encode(text);
  return { shape: [data.length], data };
}

function textOf(array: NpyArray | undefined): SavedText {
  const text = array?.data instanceof Uint8Array ? new TextDecoder().decode(array.data) : '{}';
  const saved = JSON.parse(text, readInfinity) as SavedText;
  if (saved.version === 1) return saved;
  throw new FormatError(
    `loadKip: needs a file that saveKip wrote, got one ${array ? `of version ${saved.version}` : 'without its run'}. ` +
      'For a released data set, which is images and labels alone, use parseNpz.',
  );
}

function numbers(arrays: Readonly<Record<string, NpyArray>>, name: string): NdArray<Float64Array> {
  const { shape, data } = arrays[name] ?? {};
  if (data instanceof Float64Array) return { shape, data };
  throw new FormatError(
    `loadKip: needs ${name} in float64, got ${arrays[name]?.dtype ?? 'none'}. Pass a file that saveKip wrote.`,
  );
}

/** JSON has no infinite numbers; a condition number can be one. */
const writeInfinity = (_key: string, value: unknown) =>
  value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
const readInfinity = (_key: string, value: unknown) =>
  value === 'Infinity' ? Number.POSITIVE_INFINITY : value;
