import fc, { type GeneratorValue } from 'fast-check';
import { ShapeError, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';

/** A layer and the code that makes it. */
interface Made {
  readonly layer: AnyLayer;
  readonly text: string;
}

/** A network drawn at random. */
export interface RandomNet {
  readonly net: Layer;
  /** Shape of one sample. */
  readonly sample: readonly number[];
  /** The code that makes it, to be read and tried again. */
  readonly text: string;
}

type Shape = readonly number[];

const isMade = (value: unknown): value is Made =>
  typeof value === 'object' && value !== null && 'layer' in value && 'text' in value;

/** Calls a factory of `stax`; arguments may hold layers made here. */
function make(name: keyof typeof stax, ...args: unknown[]): Made {
  const factory = stax[name] as (...args: unknown[]) => AnyLayer;
  return { layer: factory(...args.map(unwrapped)), text: `${name}(${args.map(textOf).join(', ')})` };
}

function unwrapped(value: unknown): unknown {
  if (isMade(value)) return value.layer;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unwrapped(entry)]));
}

function textOf(value: unknown): string {
  if (isMade(value)) return value.text;
  if (typeof value === 'function') return `${value}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{ ${entries.map(([key, entry]) => `${key}: ${textOf(entry)}`).join(', ')} }`;
}

const serial = (...layers: Made[]): Made => (layers.length === 1 ? layers[0] : make('serial', ...layers));

const branches = (fanIn: Made, ...parts: Made[]): Made =>
  make('serial', make('FanOut', parts.length), make('parallel', ...parts), fanIn);

/** Covariance of the embeddings of positions at this distance. */
const near = (distance: number): number => 1 / (1 + distance);

/** More positions than this are not drawn: the tf executor keeps covariances of all pairs of them. */
const MOST_POSITIONS = 30;

/**
 * Draws a network of one or two stages and a readout. A stage is a layer with weights, some layers that keep Gaussians
 * (LayerNorm, residual blocks, …), a nonlinearity or a fan-in of several, and some linear layers without weights.
 */
export function drawNet(g: GeneratorValue): RandomNet {
  const pick = <T>(...choices: T[]): T => g(fc.constantFrom<T[]>, ...choices);
  const upTo = (max: number, min = 1): number => g(fc.integer, { min, max });
  const often = (): boolean => pick(true, true, false);
  const seldom = (): boolean => pick(true, false, false);

  const axes = pick(0, 1, 1, 2, 2, 2, 3);
  const sample = [...Array.from({ length: axes }, () => (axes === 3 ? upTo(3, 2) : upTo(5, 3))), 3];
  const layers: Made[] = [];
  let shape: Shape = sample;

  /** Adds a layer; false, and nothing added, where it does not fit or makes too large images. */
  const add = (made: Made): boolean => {
    try {
      const next = made.layer.outShape(shape) as Shape;
      if (next.slice(0, -1).reduce((a, b) => a * b, 1) > MOST_POSITIONS) return false;
      layers.push(made);
      shape = next;
      return true;
    } catch (error) {
      if (error instanceof ShapeError) return false;
      throw error;
    }
  };
  /** One entry per spatial axis. */
  const perAxis = (entry: (axis: number) => number) => shape.slice(0, -1).map((_, axis) => entry(axis));
  const padding = () => pick('VALID', 'SAME', 'CIRCULAR');
  const weights = () => ({
    wStd: pick(0.7, 1, 1.4, 1.8),
    bStd: pick(0, 0.1, 0.5, undefined),
    parameterization: pick('ntk', 'ntk', 'standard'),
  });

  const tame = (): Made =>
    pick<() => Made>(
      () => make('Relu'),
      () => make('LeakyRelu', 0.2),
      () => make('ABRelu', -0.5, 1.2),
      () => make('Abs'),
      () => make('Erf', { a: 0.9, b: 1.2, c: 0.3 }),
      () => make('Gelu'),
      () => make('Sin', { a: 1.1, b: 0.6, c: 0.4 }),
      () => make('Cos', { a: 0.8, b: 0.7, c: -0.3 }),
      () => make('Rbf', 0.2),
      () => make('Gaussian', { b: -0.3 }),
      () => make('Sigmoid_like'),
      () => make('Sign'),
      () => make('RectifiedMonomial', pick(0, 1)),
      () => make('Polynomial', [0.2, 0.7, 0.1]),
      () => make('Monomial', pick(0, 1, 2)),
    )();
  /** Functions that grow fast or need many nodes, for variances of 1. */
  const wild = (): Made =>
    pick<() => Made>(
      () => make('Exp', { a: 0.9, b: 0.6 }),
      () => make('ExpNormalized', { gamma: 1.2, shift: -0.7, doClip: pick(true, false) }),
      () => make('Gabor'),
      () => make('Hermite', upTo(4, 0)),
      () => make('Monomial', upTo(4, 3)),
      () => make('RectifiedMonomial', upTo(4, 2)),
      () => make('Polynomial', [0.1, -0.4, 0.3, 0.2]),
      () => make('ElementwiseNumerical', pick('tanh', 'sigmoid', 'softplus', 'silu', 'elu'), upTo(9, 3)),
    )();

  /** Weights, after which channels are Gaussian. */
  const addWeights = (): void => {
    const kind = pick(
      'Conv',
      'Conv',
      'Conv',
      'Dense',
      'ConvTranspose',
      'ConvLocal',
      'Recurrent',
      'attention',
    );
    if (kind === 'attention') {
      addAttention();
      return;
    }
    if (kind === 'Recurrent' && shape.length === 2) {
      const { wStd, bStd, parameterization } = weights();
      const nonlinearity = pick(make('Erf'), make('Relu'));
      // Its outputs are a nonlinearity's.
      if (add(make('Recurrent', 3, { wStd, bStd, parameterization, nonlinearity }))) addDense();
      return;
    }
    if (kind === 'Recurrent' || kind === 'Dense') {
      addDense();
      return;
    }
    const options = { strides: perAxis(() => pick(1, 1, 2)), padding: padding(), ...weights() };
    if (
      !add(
        make(
          kind,
          3,
          perAxis(() => upTo(3)),
          options,
        ),
      )
    )
      addDense();
  };
  const addDense = (): void => {
    add(make('Dense', 3, weights()));
  };

  const addAttention = (): void => {
    const attentionMechanism = pick('SOFTMAX', 'IDENTITY', 'ABS', 'RELU');
    const posEmbType = pick('NONE', 'SUM', 'CONCAT');
    const nChanPosEmb = posEmbType === 'CONCAT' ? pick(2, undefined) : undefined;
    const embedding = posEmbType === 'NONE' ? {} : { posEmbDecayFn: pick(undefined, near), nChanPosEmb };
    const widths = { nChanOut: 3, nChanKey: 2, nChanVal: 2, nHeads: 2 };
    const stds = { wKeyStd: pick(0.8, 1.2), wValueStd: pick(0.9, 1.4), bStd: pick(0.2, undefined) };
    const linearScaling = attentionMechanism !== 'IDENTITY' || often();
    const switches = { attentionMechanism, posEmbType, linearScaling, valPosEmb: pick(true, false) };
    add(make('GlobalSelfAttention', { ...widths, ...stds, ...embedding, ...switches }));
  };

  /** A part without weights that acts on positions alone. */
  const addLinear = (): void => {
    const kind = pick('AvgPool', 'SumPool', 'Index', 'ImageResize', 'DotGeneral', 'Scale', 'Identity');
    if (kind === 'DotGeneral') {
      if (shape.length === 1) return;
      const axis = upTo(shape.length - 1);
      const size = shape[axis - 1];
      const rhs = { shape: [size], data: Array.from({ length: size }, (_, i) => (i % 2 ? -0.6 : 0.9)) };
      add(
        make('DotGeneral', {
          rhs,
          dimensionNumbers: [
            [[axis], [0]],
            [[], []],
          ],
        }),
      );
    } else if (kind === 'Scale') add(make('Scale', pick(-0.7, 1.3)));
    else if (kind === 'Identity') add(make('Identity'));
    else if (kind === 'Index') {
      const range = () => ({ start: pick(null, 1, -1), stop: null, step: pick(null, 1, -1, 2) });
      const indices = [
        { start: null, stop: null, step: null },
        ...shape.slice(0, -1).map(() => pick<unknown>(range(), range(), 0)),
      ];
      add(make('Index', indices));
    } else if (kind === 'ImageResize') {
      const to = [-1, ...perAxis(() => pick(-1, 2, 3, 4)), -1];
      add(make('ImageResize', to, pick('nearest', 'linear', 'cubic'), { antialias: pick(true, false) }));
    } else {
      const edges = kind === 'AvgPool' ? { normalizeEdges: pick(true, false) } : {};
      const options = { strides: perAxis(() => pick(1, 1, 2)), padding: padding(), ...edges };
      add(
        make(
          kind,
          perAxis(() => upTo(3)),
          options,
        ),
      );
    }
  };

  /** The convolution of a branch that keeps the image's size. */
  const same = () =>
    make(
      'Conv',
      shape[shape.length - 1],
      perAxis(() => upTo(3)),
      {
        ...weights(),
        padding: pick('SAME', 'CIRCULAR'),
      },
    );

  const addGaussian = (): void => {
    const kind = pick('LayerNorm', 'residual', 'residual', 'FanInSum', 'FanInConcat');
    if (kind === 'LayerNorm') {
      const spatial = perAxis((axis) => axis + 1).filter(() => pick(true, false));
      add(make('LayerNorm', { axis: [...spatial, -1], eps: pick(1e-12, 0.1) }));
    } else if (kind === 'residual') {
      const shortcut = pick(make('Identity'), same());
      add(make('residual', serial(tame(), same()), { scale: pick(0.6, 1), shortcut }));
    } else if (kind === 'FanInSum') {
      add(branches(make('FanInSum'), serial(tame(), same()), same(), make('Identity')));
    } else if (shape.length > 1) {
      add(branches(make('FanInConcat', upTo(shape.length - 1)), same(), make('Identity')));
    }
  };

  const addNonlinearity = (): void => {
    const kind = pick('tame', 'tame', 'tame', 'wild', 'FanInProd', 'FanInConcat');
    if (kind === 'tame') add(tame());
    else if (kind === 'wild') add(serial(make('LayerNorm'), wild()));
    else if (kind === 'FanInProd') add(branches(make('FanInProd'), tame(), serial(same(), tame())));
    else add(branches(make('FanInConcat', -1), tame(), serial(make('Dense', 5, weights()), tame())));
  };

  for (let stage = upTo(2); stage > 0; stage--) {
    addWeights();
    if (seldom()) addLinear();
    if (seldom()) addGaussian();
    if (often()) addNonlinearity();
    if (seldom()) add(make('Dropout', pick(0.6, 0.9)));
    if (often()) addLinear();
  }
  add(make(pick('Flatten', 'GlobalAvgPool', 'GlobalSumPool')));
  add(make('Dense', 2, weights()));
  const whole = make('serial', ...layers);
  return { net: whole.layer as Layer, sample, text: whole.text };
}
