import { functionNames } from '../program/function-names.js';
import type { AnyOp } from '../program/ops/index.js';
import type { Shape } from '../tracing/tree.js';

type Op<Name extends AnyOp['op']> = Extract<AnyOp, { op: Name }>;

/** At most four digits, for reading. */
const short = (x: number): string => `${Number(x.toPrecision(4))}`;

const times = (sizes: Shape): string => (sizes.length === 0 ? '1' : sizes.join('×'));

/** `, strides 2×2` unless all are 1. */
const strided = (strides: Shape): string =>
  strides.some((s) => s !== 1) ? `, strides ${times(strides)}` : '';

const coversAll = (window: Shape, input: Shape, out: Shape): boolean =>
  out.length === 0 && window.every((size, axis) => size === input[axis]);

/** What each op is, in the words of the layers that emit it; `input` is the spatial shape of its first input. */
const words: { readonly [Name in AnyOp['op']]: (op: Op<Name>, input: Shape) => string } = {
  gram: ({ channels }) => `inputs: ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
  given: () => 'a given Kernel',
  affine({ scale, shift, ntkFromNngp, ntkShift }) {
    if (ntkFromNngp === 0 && ntkShift === 0) {
      return `activations × ${short(Math.sqrt(scale))}${shift === 0 ? '' : ` + ${short(Math.sqrt(shift))}`}`;
    }
    const standard = ntkFromNngp !== scale || ntkShift !== shift;
    const bias = shift === 0 ? '' : `, bStd ${short(Math.sqrt(shift))}`;
    return `weights: wStd ${short(Math.sqrt(scale))}${bias}${standard ? ', standard' : ''}`;
  },
  patchMean({ window, strides, low, shape }, input) {
    if (coversAll(window, input, shape)) return 'Flatten';
    const outside = shape.some(
      (size, axis) => low[axis] > 0 || (size - 1) * strides[axis] - low[axis] + window[axis] > input[axis],
    );
    return `convolution ${times(window)}${strided(strides)}${outside ? ', zeros outside' : ''}`;
  },
  transposedPatch: ({ window, strides }) => `transposed convolution ${times(window)}${strided(strides)}`,
  diagonal: () => 'weights of its own for each position',
  select({ at }, input) {
    const axes = at.filter((places) => typeof places !== 'number');
    if (axes.some((places) => places.includes(-1))) return 'a place beside other branches';
    if (at.some((places, axis) => typeof places !== 'number' && places.length > input[axis])) {
      return 'the image repeated (circular padding)';
    }
    return 'a choice of positions (Index)';
  },
  pool({ window, strides, scale, shape }, input) {
    const kind = scale === 1 ? 'SumPool' : 'AvgPool';
    if (coversAll(window, input, shape)) return `Global${kind}`;
    return `${kind} ${times(window)}${strided(strides)}`;
  },
  weigh: () => 'a factor for each position (edges normalized)',
  weighSamples: () => "weights of each sample's own for its positions (masks)",
  activation: nonlinearity,
  sum: ({ inputs }) => `sum of ${inputs.length} branches`,
  product: () => 'product of 2 branches',
  normalize: ({ axes }) =>
    `LayerNorm over channels${axes.length === 0 ? '' : ` and spatial axes ${axes.join(', ')}`}`,
  dropout: ({ scale }) => `Dropout, keeping ${short(1 / scale)}`,
  permute: ({ order }) => `spatial axes in the order ${order.join(', ')}`,
  attention: ({ mechanism }) => `attention (${mechanism})`,
  embed: () => 'positional embeddings',
  transform: ({ shape }) => `a matrix over positions (to ${times(shape)})`,
  mixBatch: ({ map }) =>
    map.kind === 'take' ? 'a choice of samples (Index)' : `the batch resized to ${map.to} samples`,
  joinBatch: ({ inputs }) => `the samples of ${inputs.length} branches (FanInConcat)`,
  centreBatch: () => 'minus the mean over the batch (BatchNorm)',
  normalizeBatch: ({ axes }) =>
    `a division by the spread over the batch${axes.length === 0 ? '' : ` and spatial axes ${axes.join(', ')}`}`,
  mix: ({ shape }) => `a matrix for each axis (ImageResize to ${times(shape)})`,
};

const list = (numbers: readonly number[]): string => numbers.map(short).join(', ');

/** What each nonlinearity is, by what `params` say of it. */
const nonlinearities: {
  readonly [Fn in Op<'activation'>['fn']]: (params: readonly number[]) => string;
} = {
  abRelu([a, b]) {
    if (b === 1 && a === 0) return 'Relu';
    if (b === 1 && a === -1) return 'Abs';
    return b === 1 ? `LeakyRelu(${short(a)})` : `ABRelu(${short(a)}, ${short(b)})`;
  },
  erf: () => 'Erf',
  gelu: () => 'Gelu',
  exponential: ([sign]) => (sign === 1 ? 'Exp' : 'Rbf'),
  sine: ([phase]) => (phase === 0 ? 'Sin' : `Sin, phase ${short(phase)}`),
  gaussian: ([b]) => `Gaussian, b ${short(b)}`,
  gabor: () => 'Gabor',
  expNormalized: ([gamma, shift]) => `ExpNormalized, gamma ${short(gamma)}, shift ${short(shift)}`,
  laplace: () => 'Laplace',
  sign: () => 'Sign',
  polynomial: (coefficients) => `Polynomial([${list(coefficients)}])`,
  hermite: ([degree]) => `Hermite(${degree})`,
  rectifiedMonomial: ([degree]) => `RectifiedMonomial(${degree})`,
  quadrature: ([index, degree]) => `${functionNames[index]} by ${degree}² points of quadrature`,
  own: () => 'functions of your own on tensors',
  ownNumbers: ([, degree]) => `a function of your own by ${degree} moments`,
};

function nonlinearity({ fn, params }: Op<'activation'>): string {
  return nonlinearities[fn](params);
}

/** An op in a few words; `input` is the spatial shape of its first input, `[]` without. */
export function describeOp(op: AnyOp, input: Shape): string {
  return (words[op.op] as (op: AnyOp, input: Shape) => string)(op, input);
}
