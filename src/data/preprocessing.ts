import { type AnyArray, readArray, readNumbers } from '../base/any-array.js';
import { zeros } from '../base/dtype.js';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { type Dtype, type FloatArray, type NdArray, sizeOf } from '../base/nd-array.js';
import { byDefault, flag, isAmount, readOptions, rule } from '../base/options.js';
import { dtype, signal } from '../base/work-options.js';
import { channelStats } from './standardise.js';
import { applyWhitening, Covariance, shared, type Whitening, whiteningOf } from './whitening.js';

/** What {@link fitPreprocessing} does with images, in this order. */
export interface PreprocessingOptions {
  /** Subtract every channel's mean and divide by its standard deviation over the training images; default true. */
  readonly standardise?: boolean;
  /** Subtract every image's own mean and divide it by its Euclidean norm; default false. */
  readonly normalise?: boolean;
  /** Whiten (ZCA) with this ridge, relative to the mean variance; default false. The papers take 0.1 for CIFAR-10. */
  readonly zca?: number | false;
  /** Ends the work; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

const preprocessingOptions = {
  standardise: byDefault(true, flag),
  normalise: byDefault(false, flag),
  zca: byDefault(
    false,
    rule<number | false>(
      'needs a ridge of at least 0, or false',
      (zca) => zca === false || isAmount(zca),
      'Pass e.g. 0.1.',
    ),
  ),
  signal,
};

/** Options of `transform` and `inverse`. */
export interface TransformOptions<D extends Dtype = Dtype> {
  /** Default `'float64'`. */
  readonly dtype?: D;
  /** Ends the work; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

const transformOptions = { dtype: byDefault('float64', dtype), signal };

/** A fitted preprocessing. */
export interface Preprocessing {
  /** Arrays that say all: `encodeNpz(state)` saves them, `preprocessingOf(parseNpz(file))` is the same preprocessing again. */
  readonly state: Readonly<Record<string, NdArray<Float64Array>>>;
  /** Images `[n, …, c]` as kernels take them. */
  transform<D extends Dtype = 'float64'>(
    images: AnyArray,
    options?: TransformOptions<D>,
  ): Promise<NdArray<FloatArray<D>>>;
  /** Undoes whitening and standardisation, so that images can be shown; an image's own mean and norm are not known any more. */
  inverse<D extends Dtype = 'float64'>(
    images: AnyArray,
    options?: TransformOptions<D>,
  ): Promise<NdArray<FloatArray<D>>>;
}

/** Images that are worked on at a time. */
const BLOCK = 1024;

/**
 * Fits a preprocessing on training images.
 *
 * ZCA is x W with W = (C + r·I)^(−1/2), C = Xᵀ X / n of the images after the other steps, and r = `zca`·tr(C)/d. Images are not
 * centred for it.
 *
 * @param images `[n, …, c]`, bytes or floats, at least one
 * @throws ShapeError, NonFiniteError, TypeError for malformed images; RangeError for a ridge that is negative.
 * @throws NotPositiveDefiniteError when images do not vary in all directions, for a ridge of 0.
 * @remarks ZCA takes about n·d² + 5·d³ operations and four matrices `[d, d]`, on a worker thread.
 * @source Nguyen, Novak, Xiao, Lee, "Dataset distillation with infinitely wide convolutional networks" (NeurIPS 2021), and the
 *   code released with it
 * @example
 * ```ts
 * import { encodeNpz, fitPreprocessing, parseNpz, preprocessingOf, random } from 'neural-tangents';
 *
 * const images = random.uniform(random.key(0), [100, 4, 4, 3], { maxval: 255 });
 * const fitted = await fitPreprocessing(images, { normalise: true, zca: 0.1 });
 * const again = preprocessingOf(parseNpz(encodeNpz(fitted.state)));
 * const [a, b] = [await fitted.transform(images), await again.transform(images)];
 * console.log(a.shape, a.data[0] === b.data[0]); // [ 100, 4, 4, 3 ] true
 * ```
 */
export async function fitPreprocessing(
  images: AnyArray,
  options: PreprocessingOptions = {},
): Promise<Preprocessing> {
  const read = readOptions('fitPreprocessing', options, preprocessingOptions);
  const { standardise, normalise, zca, signal } = read;
  const { shape, data } = readArray('fitPreprocessing', 'images', images);
  if (shape.length < 2 || sizeOf(shape) === 0) {
    throw new ShapeError(
      `fitPreprocessing: images need a shape [n, …, c] and at least one number, got [${shape}]. Pass the training images.`,
    );
  }
  const bad = firstNonFinite(data);
  if (bad >= 0) {
    throw new NonFiniteError(
      `fitPreprocessing: images must be finite, got ${data[bad]} at entry ${bad}. Clean the data first.`,
    );
  }
  const vector = (values: ArrayLike<number>) => ({ shape: [values.length], data: Float64Array.from(values) });
  const none = new Float64Array(shape[shape.length - 1]);
  const { mean, std } = standardise ? channelStats({ shape, data }) : { mean: none, std: none.map(() => 1) };
  const state = { mean: vector(mean), std: vector(std), normalise: vector([Number(normalise)]) };
  if (zca === false) return preprocessingOf(state);
  const d = sizeOf(shape.slice(1));
  const covariance = new Covariance(d);
  for (let from = 0; from < shape[0]; from += BLOCK) {
    const rows = Math.min(BLOCK, shape[0] - from);
    const block = simpleSteps(state, data.subarray(from * d, (from + rows) * d), d);
    await covariance.add(block, rows, signal);
  }
  const { upper, rows } = covariance.result();
  const { factors, vectors } = await whiteningOf(upper, d, rows, zca, signal);
  return preprocessingOf({ ...state, factors: vector(factors), vectors: { shape: [d, d], data: vectors } });
}

/**
 * The preprocessing of a state that {@link fitPreprocessing} gave, e.g. as read from a file.
 *
 * @throws ShapeError when an array is missing.
 */
export function preprocessingOf(state: Readonly<Record<string, AnyArray>>): Preprocessing {
  const read = (name: string): NdArray<Float64Array> => {
    if (state[name] === undefined) {
      throw new ShapeError(
        `preprocessingOf: the state needs ${name}, got ${Object.keys(state).join(', ')}. Pass the state of fitPreprocessing.`,
      );
    }
    const { shape, data } = readArray('preprocessingOf', name, state[name]);
    return { shape, data: Float64Array.from(data) };
  };
  const steps = { mean: read('mean'), std: read('std'), normalise: read('normalise') };
  const zca = state.factors === undefined ? null : { factors: read('factors'), vectors: read('vectors') };
  const whitening = zca && { factors: zca.factors.data, vectors: shared(zca.vectors.data) };
  return {
    state: { ...steps, ...zca },
    transform: (images, options = {}) =>
      inBlocks('transform', images, steps.mean.data.length, whitening, options, async (block, rows, d) => {
        const simple = simpleSteps(steps, block, d);
        return whitening ? applyWhitening(whitening, simple, rows, false, options.signal) : simple;
      }),
    inverse: (images, options = {}) =>
      inBlocks('inverse', images, steps.mean.data.length, whitening, options, async (block, rows) => {
        const x = Float64Array.from(block);
        const flat = whitening ? await applyWhitening(whitening, x, rows, true, options.signal) : x;
        const { mean, std } = steps;
        const channels = mean.data.length;
        return flat.map((value, i) => value * std.data[i % channels] + mean.data[i % channels]);
      }),
  };
}

type SimpleState = Pick<Preprocessing['state'], 'mean' | 'std' | 'normalise'>;

/** Standardisation by channels, then normalisation by images, of rows of d numbers. */
function simpleSteps({ mean, std, normalise }: SimpleState, x: ArrayLike<number>, d: number): Float64Array {
  const channels = mean.data.length;
  const out = Float64Array.from(x, (value, i) => (value - mean.data[i % channels]) / std.data[i % channels]);
  if (normalise.data[0] === 0) return out;
  for (let from = 0; from < out.length; from += d) {
    const image = out.subarray(from, from + d);
    const own = image.reduce((sum, value) => sum + value, 0) / d;
    const norm = Math.sqrt(image.reduce((sum, value) => sum + (value - own) ** 2, 0)) || 1;
    for (let i = 0; i < d; i++) image[i] = (image[i] - own) / norm;
  }
  return out;
}

/** Applies `work` to blocks of images, which it checks. */
async function inBlocks<D extends Dtype>(
  where: string,
  images: AnyArray,
  channels: number,
  whitening: Whitening | null,
  options: TransformOptions<D>,
  work: (block: ArrayLike<number>, rows: number, d: number) => Promise<Float64Array>,
): Promise<NdArray<FloatArray<D>>> {
  const { dtype, signal } = readOptions(where, options, transformOptions);
  const { shape, data } = readNumbers(where, 'images', images);
  const d = sizeOf(shape.slice(1));
  const fits = whitening ? d === whitening.factors.length : shape.at(-1) === channels;
  if (shape.length < 2 || !fits) {
    const needed = whitening ? `${whitening.factors.length} numbers` : `${channels} channels`;
    throw new ShapeError(
      `${where}: images must have ${needed} each, as those of the fit, got shape [${shape}].`,
    );
  }
  const out = zeros(dtype, data.length);
  for (let from = 0; from < shape[0]; from += BLOCK) {
    signal?.throwIfAborted();
    const rows = Math.min(BLOCK, shape[0] - from);
    out.set(await work(data.subarray(from * d, (from + rows) * d), rows, d), from * d);
  }
  return { shape: [...shape], data: out as FloatArray<D> };
}
