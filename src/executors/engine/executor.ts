import * as tf from '@tensorflow/tfjs';
import { UnsupportedError } from '../../errors.js';
import type { CovarianceField, Executor, Source } from '../../program/executor.js';
import type { Program } from '../../program/program.js';
import { compile } from './compile.js';
import { bytesOf } from './dtype.js';
import { pixels, type Triple, triple } from './geometry.js';
import type { ResultImage } from './plan.js';
import { type GroupVisitor, type Rows, TileRunner } from './tile.js';

/** Tensors are float32, but what stands between them is computed in f64: exact to the last bit of the result. */
const DTYPE = 'float64';

let shared: TileRunner | undefined;

/** Runs Programs in the WASM engine on the calling thread; `gram` is its counterpart with threads and tiles. */
export const engineExecutor: Executor = {
  name: 'engine',
  evaluate(program, source, want) {
    if ('given' in source) {
      throw new UnsupportedError('engine: a Kernel as input runs on the tf executor only.');
    }
    const { x1, x2 } = source;
    const fields = (['nngp', 'ntk'] as const).filter((field) => want.includes(field));
    const results: Partial<Record<CovarianceField, tf.Tensor | null>> = {};
    if (fields.length > 0) {
      const stacked = pairCovariances(program, source, fields);
      const parts = tf.unstack(stacked);
      fields.forEach((field, i) => {
        results[field] = parts[i];
      });
    }
    if (want.includes('cov1')) results.cov1 = sampleCovariances(program, x1);
    if (want.includes('cov2')) results.cov2 = x2 && sampleCovariances(program, x2);
    return results;
  },
};

type PairField = 'nngp' | 'ntk';

/** nngp and ntk as wanted, stacked: `[fields, n1, n2, h, h', …]`. */
function pairCovariances(
  program: Program,
  { x1, x2 }: Extract<Source, { x1: tf.Tensor }>,
  fields: readonly PairField[],
): tf.Tensor {
  const ntk = fields.includes('ntk');
  const [n1, n2] = [x1.shape[0], (x2 ?? x1).shape[0]];
  const { shape, entries } = fullLayout(program);
  const count = n1 * n2 * entries;
  const evaluate = (left: tf.Tensor, right: tf.Tensor | null): tf.Tensor => {
    const plans = compile(program, { dtype: DTYPE, ntk });
    const out = new Float32Array(fields.length * count);
    const visit: GroupVisitor = ({ i, j, live }, images, memory) => {
      for (const image of images) {
        fields.forEach((field, f) => {
          const from = field === 'nngp' ? image.k : image.theta;
          if (!from) return;
          eachEntry(program, image, plans.lanes, (lane, at, mirrored) => {
            for (let w = 0; w < live; w++) {
              const value = memory[from / bytesOf(DTYPE) + lane + w];
              if (right || j + w >= i) out[f * count + (i * n2 + j + w) * entries + at] = value;
              if (!right && j + w >= i) out[f * count + ((j + w) * n2 + i) * entries + mirrored] = value;
            }
          });
        });
      }
    };
    runner().forward(plans, rowsOf(left), rowsOf(right ?? left), visit, right ? undefined : 0);
    return tf.tensor(out, [fields.length, n1, n2, ...shape]);
  };
  const gradients = (dy: tf.Tensor, left: tf.Tensor, right: tf.Tensor | null): tf.Tensor[] => {
    const plans = compile(program, { dtype: DTYPE, ntk, gradient: { x1: true, x2: true } });
    const cotangent = dy.dataSync();
    const write: GroupVisitor = ({ i, j, live }, images, memory) => {
      for (const image of images) {
        fields.forEach((field, f) => {
          const to = field === 'nngp' ? image.k : image.theta;
          if (!to) return;
          eachEntry(program, image, plans.lanes, (lane, at) => {
            for (let w = 0; w < live; w++) {
              memory[to / bytesOf(DTYPE) + lane + w] = cotangent[f * count + (i * n2 + j + w) * entries + at];
            }
          });
        });
      }
    };
    const g = runner().forwardThenBackward(plans, rowsOf(left), rowsOf(right ?? left), () => {}, write);
    if (right) return [tensorLike(g.x1!, left), tensorLike(g.x2!, right)];
    return [
      tensorLike(
        g.x1!.map((entry, i) => entry + g.x2![i]),
        left,
      ),
    ];
  };
  if (x2 === null) {
    return tf.customGrad((left) => ({
      value: evaluate(left as tf.Tensor, null),
      gradFunc: (dy: tf.Tensor) => gradients(dy, left as tf.Tensor, null),
    }))(x1);
  }
  return tf.customGrad((left, right) => ({
    value: evaluate(left as tf.Tensor, right as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => gradients(dy, left as tf.Tensor, right as tf.Tensor),
  }))(x1, x2);
}

/** cov1 or cov2: `[n, h, h', …]`. */
function sampleCovariances(program: Program, x: tf.Tensor): tf.Tensor {
  const { shape, entries } = fullLayout(program);
  return tf.customGrad((samples) => {
    const input = samples as tf.Tensor;
    const n = input.shape[0];
    const value = () => {
      const plans = compile(program, { dtype: DTYPE, ntk: false, samples: true });
      const out = new Float32Array(n * entries);
      runner().samples(plans, rowsOf(input), ({ i, live }, images, memory) => {
        for (const image of images) {
          eachEntry(program, image, plans.lanes, (lane, at) => {
            for (let w = 0; w < live; w++) {
              out[(i + w) * entries + at] = memory[image.k / bytesOf(DTYPE) + lane + w];
            }
          });
        }
      });
      return tf.tensor(out, [n, ...shape]);
    };
    const gradFunc = (dy: tf.Tensor) => {
      const plans = compile(program, {
        dtype: DTYPE,
        ntk: false,
        samples: true,
        gradient: { x1: true, x2: true },
      });
      const cotangent = dy.dataSync();
      const gradient = runner().samplesBackward(plans, rowsOf(input), ({ i, live }, images, memory) => {
        for (const image of images) {
          eachEntry(program, image, plans.lanes, (lane, at) => {
            for (let w = 0; w < live; w++) {
              memory[image.k / bytesOf(DTYPE) + lane + w] = cotangent[(i + w) * entries + at];
            }
          });
        }
      });
      return tensorLike(gradient, input);
    };
    return { value: value(), gradFunc };
  })(x);
}

function runner(): TileRunner {
  shared ??= new TileRunner();
  return shared;
}

/** The result's spatial axes in adjacent pairs, and how many entries that makes. */
function fullLayout(program: Program): { shape: number[]; entries: number } {
  const { shape } = program.ops[program.output];
  const paired = shape.flatMap((size) => [size, size]);
  return { shape: paired, entries: pixels(triple(shape, 1)) ** 2 };
}

/** Visits the pixels of an image: where their lanes start, and their place [p, p'] and [p', p] among the entries. */
function eachEntry(
  program: Program,
  { offset, size }: ResultImage,
  lanes: number,
  visit: (lane: number, at: number, mirrored: number) => void,
): void {
  const full: Triple = triple(program.ops[program.output].shape, 1);
  let lane = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++, lane += lanes) {
        let at = 0;
        let mirrored = 0;
        [z, y, x].forEach((local, axis) => {
          const p = local + Math.max(0, -offset[axis]);
          const q = p + offset[axis];
          at = (at * full[axis] + p) * full[axis] + q;
          mirrored = (mirrored * full[axis] + q) * full[axis] + p;
        });
        visit(lane, at, mirrored);
      }
    }
  }
}

function rowsOf(x: tf.Tensor): Rows {
  return { data: Float64Array.from(x.dataSync()), count: x.shape[0] };
}

function tensorLike(data: Float32Array | Float64Array, like: tf.Tensor): tf.Tensor {
  return tf.tensor(Float32Array.from(data), like.shape);
}
