import * as tf from '#tf';
import { bytesOf } from '../../base/dtype.js';
import { UnsupportedError } from '../../base/errors.js';
import type { FloatArray } from '../../base/nd-array.js';
import type { Program } from '../../program/program.js';
import type { CovarianceField, Positions } from '../../program/result.js';
import type { Executor } from '../executor.js';
import type { Rows } from '../pairs.js';
import { perAxis, pixels, type Triple, triple } from './lowering/geometry.js';
import { compile } from './planning/compile.js';
import type { ResultImage } from './planning/plan-types.js';
import { TileRunner } from './tiles/tile.js';
import type { GroupVisitor } from './tiles/types.js';

/** Tensors are float32, but what stands between them is computed in f64: exact to the last bit of the result. */
const DTYPE = 'float64';

let shared: TileRunner | undefined;

/** Runs Programs in the WASM engine on the calling thread; `gram` is its counterpart with threads and tiles. */
export const engineExecutor: Executor = {
  name: 'engine',
  evaluate(program, source, want, positions = 'all') {
    const { x1, x2 = null, given } = source;
    if (given || !x1) {
      throw new UnsupportedError('engine: a Kernel as input runs on the tf executor only.');
    }
    const fields = (['nngp', 'ntk'] as const).filter((field) => want.includes(field));
    const results: Partial<Record<CovarianceField, tf.Tensor | null>> = {};
    if (fields.length > 0) {
      const stacked = pairCovariances(program, x1, x2, fields, positions);
      // Not tf.unstack: its gradient fails for a single part.
      const rows = tf.reshape(stacked, [fields.length, -1]);
      fields.forEach((field, i) => {
        results[field] = tf.reshape(tf.slice(rows, [i, 0], [1, -1]), stacked.shape.slice(1));
      });
    }
    if (want.includes('cov1')) results.cov1 = sampleCovariances(program, x1, positions);
    if (want.includes('cov2')) results.cov2 = x2 && sampleCovariances(program, x2, positions);
    return results;
  },
};

type PairField = 'nngp' | 'ntk';

/** nngp and ntk as wanted, stacked: `[fields, n1, n2, h, h', …]`, or `[fields, n1, n2, h, …]` of equal positions. */
function pairCovariances(
  program: Program,
  x1: tf.Tensor,
  x2: tf.Tensor | null,
  fields: readonly PairField[],
  positions: Positions,
): tf.Tensor {
  const ntk = fields.includes('ntk');
  const [n1, n2] = [x1.shape[0], (x2 ?? x1).shape[0]];
  const { shape, entries, place } = layoutOf(program, positions);
  const count = n1 * n2 * entries;
  // tfjs may dispose of the inputs before it asks for gradients, so these work on copies.
  const [left, right] = [rowsOf(x1), x2 && rowsOf(x2)];
  const evaluate = (): tf.Tensor => {
    const plans = compile(program, { dtype: DTYPE, ntk, positions, columns: n2 });
    const out = new Float32Array(fields.length * count);
    const visit: GroupVisitor = ({ i, j, live }, images, memory) => {
      for (const image of images) {
        fields.forEach((field, f) => {
          const from = field === 'nngp' ? image.k : image.theta;
          if (!from) return;
          eachEntry(image, place, plans.lanes, (lane, at, mirrored) => {
            for (let w = 0; w < live; w++) {
              const value = memory[from / bytesOf(DTYPE) + lane + w];
              if (right || j + w >= i) out[f * count + (i * n2 + j + w) * entries + at] = value;
              if (!right && j + w >= i) out[f * count + ((j + w) * n2 + i) * entries + mirrored] = value;
            }
          });
        });
      }
    };
    runner().forward(plans, left, right ?? left, visit, { diagonal: right ? undefined : 0 }, !right);
    return tf.tensor(out, [fields.length, n1, n2, ...shape]);
  };
  const gradients = (dy: tf.Tensor): tf.Tensor[] => {
    const plans = compile(program, {
      ...{ dtype: DTYPE, ntk, positions, columns: n2 },
      gradient: { x1: true, x2: true },
    });
    const cotangent = dy.dataSync();
    const write: GroupVisitor = ({ i, j, live }, images, memory) => {
      for (const image of images) {
        fields.forEach((field, f) => {
          const to = field === 'nngp' ? image.k : image.theta;
          if (!to) return;
          eachEntry(image, place, plans.lanes, (lane, at) => {
            for (let w = 0; w < live; w++) {
              memory[to / bytesOf(DTYPE) + lane + w] = cotangent[f * count + (i * n2 + j + w) * entries + at];
            }
          });
        });
      }
    };
    const diagonal = right ? undefined : 0;
    const g = runner().forwardThenBackward(plans, left, right ?? left, () => {}, write, { diagonal });
    if (x2) return [rowGradient(program, g.x1!, x1), rowGradient(program, g.x2!, x2)];
    return [
      rowGradient(
        program,
        g.x1!.map((entry, i) => entry + g.x2![i]),
        x1,
      ),
    ];
  };
  const custom = tf.customGrad(() => ({ value: evaluate(), gradFunc: gradients }));
  return x2 ? custom(x1, x2) : custom(x1);
}

/** cov1 or cov2: `[n, h, h', …]`, or `[n, h, …]` of equal positions. */
function sampleCovariances(program: Program, x: tf.Tensor, positions: Positions): tf.Tensor {
  const { shape, entries, place } = layoutOf(program, positions);
  const rows = rowsOf(x);
  const evaluate = (): tf.Tensor => {
    const plans = compile(program, { dtype: DTYPE, ntk: false, samples: true, positions });
    const out = new Float32Array(rows.count * entries);
    runner().samples(plans, rows, ({ i, live }, images, memory) => {
      for (const image of images) {
        eachEntry(image, place, plans.lanes, (lane, at) => {
          for (let w = 0; w < live; w++) {
            out[(i + w) * entries + at] = memory[image.k / bytesOf(DTYPE) + lane + w];
          }
        });
      }
    });
    return tf.tensor(out, [rows.count, ...shape]);
  };
  const gradients = (dy: tf.Tensor): tf.Tensor => {
    const plans = compile(program, {
      dtype: DTYPE,
      ntk: false,
      samples: true,
      positions,
      gradient: { x1: true, x2: true },
    });
    const cotangent = dy.dataSync();
    const gradient = runner().samplesBackward(plans, rows, ({ i, live }, images, memory) => {
      for (const image of images) {
        eachEntry(image, place, plans.lanes, (lane, at) => {
          for (let w = 0; w < live; w++) {
            memory[image.k / bytesOf(DTYPE) + lane + w] = cotangent[(i + w) * entries + at];
          }
        });
      }
    });
    return rowGradient(program, gradient, x);
  };
  return tf.customGrad(() => ({ value: evaluate(), gradFunc: gradients }))(x);
}

function runner(): TileRunner {
  shared ??= new TileRunner();
  return shared;
}

/** The result's spatial axes as they are returned, how many entries that makes, and where each of them is. */
interface ResultLayout {
  readonly shape: readonly number[];
  readonly entries: number;
  /** Index of the entry [p, p']. */
  place(p: Triple, p2: Triple): number;
}

/** Adjacent pairs of axes; of equal positions each axis once. */
function layoutOf(program: Program, positions: Positions): ResultLayout {
  const { shape } = program.ops[program.output];
  const full = triple(shape, 1);
  const count = pixels(full);
  if (positions === 'equal') {
    return { shape, entries: count, place: ([z, y, x]) => (z * full[1] + y) * full[2] + x };
  }
  return {
    shape: shape.flatMap((size) => [size, size]),
    entries: count ** 2,
    place: (p, p2) => full.reduce((at, size, axis) => (at * size + p[axis]) * size + p2[axis], 0),
  };
}

/** Visits the pixels of an image: where their lanes start, and where the entries [p, p'] and [p', p] are. */
function eachEntry(
  { displacement, size }: ResultImage,
  place: ResultLayout['place'],
  lanes: number,
  visit: (lane: number, at: number, mirrored: number) => void,
): void {
  const first = perAxis((a) => Math.max(0, -displacement[a]));
  let lane = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++, lane += lanes) {
        const p: Triple = [z + first[0], y + first[1], x + first[2]];
        const p2 = perAxis((a) => p[a] + displacement[a]);
        visit(lane, place(p, p2), place(p2, p));
      }
    }
  }
}

function rowsOf(x: tf.Tensor): Rows {
  return { data: Float64Array.from(x.dataSync()), count: x.shape[0] };
}

/** The gradient in the inputs as one in the rows, that of the tables being 0. */
function rowGradient({ rowSize, inputSize }: Program, data: FloatArray, rows: tf.Tensor): tf.Tensor {
  const gradient = tf.tensor(Float32Array.from(data), [rows.shape[0], inputSize]);
  const padding: [number, number][] = [
    [0, 0],
    [0, rowSize - inputSize],
  ];
  return tf.reshape(tf.pad(gradient, padding), rows.shape);
}
