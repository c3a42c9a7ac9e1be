import * as tf from '#tf';
import type { Windows } from './geometry.js';
import { taps } from './taps.js';

// The convolution of images as a kernel of the backend, with gradients of every order: a convolution, its gradient in the
// images and that in the filter are bilinear, and the derivatives of each are the other two. tfjs has them for some backends
// only, and once. Kernels and gradients have names of their own, so that none of tfjs's is changed.

const CONVOLVE = 'NeuralTangentsConvolve';
const BY_IMAGES = 'NeuralTangentsConvolveByImages';
const BY_FILTER = 'NeuralTangentsConvolveByFilter';

type Images = tf.Tensor4D;
type Pairs = [number, number];
type Gradients = ReturnType<tf.GradConfig['gradFunc']>;

/** Where windows lie, and the sizes of the images and the filter. */
interface ConvolveAttrs {
  readonly strides: Pairs;
  readonly low: Pairs;
  readonly high: Pairs;
  readonly image: Pairs;
  readonly window: Pairs;
}

/**
 * The convolution of `x` `[n, …image, c]` with `w` `[…window, c, o]`: `[n, …out, o]`.
 *
 * @remarks Two spatial axes and zeros outside: the backend's convolution. Else, and on tfjs's `cpu` backend, whose loops are
 *   slower than its matrix product, a product with the windows' entries laid side by side, which copies them window times.
 */
export function convolve(x: tf.Tensor, w: tf.Tensor, windows: Windows): tf.Tensor {
  const { window, strides, low, high, circular } = windows;
  const channels = w.shape[w.rank - 1];
  if (x.rank !== 4 || circular || tf.getBackend() === 'cpu') {
    const patches = tf.concat(taps(x, windows), -1);
    const fan = patches.shape[patches.rank - 1];
    const product = tf.matMul(tf.reshape(patches, [-1, fan]), tf.reshape(w, [fan, channels]));
    return tf.reshape(product, [...patches.shape.slice(0, -1), channels]);
  }
  const image = x.shape.slice(1, 3);
  return run(CONVOLVE, { x, w }, { strides, low, high, image, window });
}

function run(name: string, inputs: tf.NamedTensorMap, attrs: object): tf.Tensor {
  const backend = tf.getBackend();
  for (const [kernelName, { kernel, gradient }] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, backend)) continue;
    const kernelFunc: tf.KernelFunc = (call) =>
      tf.tidy(() => kernel(call.inputs as tf.NamedTensorMap, call.attrs as unknown as ConvolveAttrs));
    tf.registerKernel({ kernelName, backendName: backend, kernelFunc });
    if (tf.getGradient(kernelName)) continue;
    const gradFunc = (dy: tf.Tensor, [a, b]: tf.Tensor[], own: tf.NamedAttrMap) => gradient(dy, a, b, own);
    const inputsToSave =
      kernelName === CONVOLVE ? ['x', 'w'] : kernelName === BY_IMAGES ? ['dy', 'w'] : ['x', 'dy'];
    tf.registerGradient({ kernelName, inputsToSave, gradFunc: gradFunc as tf.GradConfig['gradFunc'] });
  }
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}

/** A kernel, and what its result's cotangent makes of its two inputs. */
interface Rule {
  kernel(inputs: tf.NamedTensorMap, attrs: ConvolveAttrs): tf.Tensor;
  gradient(cotangent: tf.Tensor, a: tf.Tensor, b: tf.Tensor, attrs: object): Gradients;
}

const kernels: Readonly<Record<string, Rule>> = {
  [CONVOLVE]: {
    kernel: ({ x, w }, { strides, low, high }) =>
      tf.conv2d(padded(x, low, high), w as Images, strides, 'valid'),
    gradient: (dy, x, w, attrs) => ({
      x: () => run(BY_IMAGES, { dy, w }, attrs),
      w: () => run(BY_FILTER, { x, dy }, attrs),
    }),
  },
  [BY_IMAGES]: {
    kernel: byImages,
    gradient: (x, dy, w, attrs) => ({
      dy: () => run(CONVOLVE, { x, w }, attrs),
      w: () => run(BY_FILTER, { x, dy }, attrs),
    }),
  },
  [BY_FILTER]: {
    kernel: byFilter,
    gradient: (w, x, dy, attrs) => ({
      x: () => run(BY_IMAGES, { dy, w }, attrs),
      dy: () => run(CONVOLVE, { x, w }, attrs),
    }),
  },
};

/** The gradient in the images. With strides of 1 a convolution with the filter turned by half a turn. */
function byImages(
  { dy, w }: tf.NamedTensorMap,
  { strides, low, high, image, window }: ConvolveAttrs,
): tf.Tensor {
  const full: Pairs = [image[0] + low[0] + high[0], image[1] + low[1] + high[1]];
  if (strides[0] !== 1 || strides[1] !== 1) {
    const shape: [number, number, number, number] = [dy.shape[0], ...full, w.shape[2] as number];
    const whole = tf.conv2dTranspose(dy as Images, w as Images, shape, strides, 'valid');
    return tf.slice(whole, [0, ...low, 0], [dy.shape[0], ...image, w.shape[2] as number]);
  }
  const turned = tf.transpose(tf.reverse(w, [0, 1]), [0, 1, 3, 2]) as Images;
  const before: Pairs = [window[0] - 1 - low[0], window[1] - 1 - low[1]];
  const after: Pairs = [0, 1].map(
    (axis) => image[axis] - 1 + window[axis] - dy.shape[axis + 1] - before[axis],
  ) as Pairs;
  return tf.conv2d(padded(dy, before, after), turned, 1, 'valid');
}

/** The gradient in the filter: a convolution of images whose samples are channels with dy as a filter. */
function byFilter({ x, dy }: tf.NamedTensorMap, { strides, low, high, window }: ConvolveAttrs): tf.Tensor {
  const images = tf.transpose(padded(x, low, high), [3, 1, 2, 0]) as Images;
  const filter = tf.transpose(dy, [1, 2, 0, 3]) as Images;
  const all = tf.conv2d(images, filter, 1, 'valid', 'NHWC', strides);
  const size = [all.shape[0], ...window, all.shape[3]];
  return tf.transpose(tf.slice(all, [0, 0, 0, 0], size), [1, 2, 0, 3]);
}

/** Images with so many zeros around them; negative numbers cut. */
function padded(x: tf.Tensor, before: Pairs, after: Pairs): Images {
  const cut = [0, 1].map((axis) => [Math.max(0, -before[axis]), Math.max(0, -after[axis])]);
  const [n, height, width, channels] = x.shape as Images['shape'];
  const size = [n, height - cut[0][0] - cut[0][1], width - cut[1][0] - cut[1][1], channels];
  const kept = tf.slice(x, [0, cut[0][0], cut[1][0], 0], size);
  const around = [0, 1].map((axis) => [Math.max(0, before[axis]), Math.max(0, after[axis])] as Pairs);
  return tf.pad(kept, [[0, 0], ...around, [0, 0]]) as Images;
}
