import { UnsupportedError } from '../../base/errors.js';
import { append, channelsOf, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import { remasked, visiblePositions } from '../../tracing/symbolic-mask.js';
import type { Shape } from '../../tracing/tree.js';
import { type Settings, widths } from './attention-settings.js';
import { positionCovariance } from './positional-embedding.js';

/** The kernel of attention, before its mask and its facts. */
export const attended = (settings: Settings, k: SymbolicKernel): SymbolicKernel =>
  settings.linearScaling ? linearlyScaled(settings, k) : rootScaled(settings, k);

/** What embeddings make of covariances: share·K + covariance; null without embeddings. */
function embeddingOf(settings: Settings, shape: Shape) {
  const { posEmbType, posEmbPNorm, posEmbDecayFn, wPosEmbStd } = settings;
  if (posEmbType === 'NONE') return null;
  const channels = channelsOf(shape);
  const { embedded, keys } = widths(settings, channels);
  const concat = posEmbType === 'CONCAT';
  const weight = wPosEmbStd ** 2 * (concat ? embedded / keys : 1);
  const covariance = positionCovariance(spatialOf(shape), posEmbPNorm, posEmbDecayFn).map((row) =>
    row.map((entry) => entry * weight),
  );
  return { share: concat ? channels / keys : 1, covariance };
}

/** The kernel of embedded activations. */
function embeddedKernel(k: SymbolicKernel, embedding: ReturnType<typeof embeddingOf>): SymbolicKernel {
  if (embedding === null) return k;
  const { share, covariance } = embedding;
  const shape = spatialOf(k.shape);
  const shared = share === 1 ? k : append(k, [{ op: 'affine', shape, ...plain, scale: share }]);
  return remasked('GlobalSelfAttention', append(shared, [{ op: 'embed', shape, covariance }]));
}

const plain = { shift: 0, ntkFromNngp: 0, ntkShift: 0 };

/** With scores that tend to the covariance. */
function linearlyScaled(settings: Settings, k: SymbolicKernel): SymbolicKernel {
  const { mechanism, scoreStd, outputStd, valPosEmb, bStd = 0 } = settings;
  const shape = spatialOf(k.shape);
  const embedding = embeddingOf(settings, k.shape);
  const apart = valPosEmb ? null : embedding;
  const scale = outputStd ** 2;
  return append(valPosEmb ? embeddedKernel(k, embedding) : k, [
    {
      ...{ op: 'attention', shape, mechanism, keys: visiblePositions('GlobalSelfAttention', k) },
      scale: scoreStd * (apart?.share ?? 1),
      bias: apart?.covariance.map((row) => row.map((entry) => entry * scoreStd)) ?? null,
    },
    { op: 'affine', shape, scale, shift: bStd ** 2, ntkFromNngp: 2 * scale, ntkShift: bStd ** 2 },
  ]);
}

/** With scores that stay random, and are Gaussian in the limit of infinitely many heads. */
function rootScaled(settings: Settings, k: SymbolicKernel): SymbolicKernel {
  const { mechanism, scoreStd, outputStd, valPosEmb, bStd = 0 } = settings;
  if (mechanism !== 'identity') {
    throw new UnsupportedError(
      "GlobalSelfAttention: with linearScaling false only attentionMechanism 'IDENTITY' has a kernel, got " +
        `'${mechanism.toUpperCase()}'. Use linearScaling: true, or apply alone.`,
    );
  }
  const { builder } = k;
  const shape = spatialOf(k.shape);
  const embedded = embeddedKernel(k, embeddingOf(settings, k.shape));
  const values = valPosEmb ? embedded : k;
  const product = (a: number, b: number) => builder.emit({ op: 'product', inputs: [a, b], shape });
  const ones = shape.map(() => 1);
  const low = shape.map(() => 0);
  const inner = append({ ...embedded, node: product(embedded.node, values.node) }, [
    { op: 'pool', shape: ones, window: shape, strides: ones, low, scale: 1 },
    { op: 'select', shape, at: shape.map((size) => Array<number>(size).fill(0)) },
  ]);
  const scale = (scoreStd * outputStd) ** 2;
  return append({ ...embedded, node: product(inner.node, embedded.node) }, [
    { op: 'affine', shape, scale, shift: bStd ** 2, ntkFromNngp: 4 * scale, ntkShift: bStd ** 2 },
  ]);
}
