import type { Matrix } from 'ml-matrix';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { UnsupportedError } from '../base/errors.js';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import { rowsOf } from '../base/nd-array.js';
import { anything, optional, readOptions } from '../base/options.js';
import { computeOptions, gram } from '../gram/index.js';
import { programKernel } from '../kernel/program-kernel.js';
import { gemm } from '../linalg/product.js';
import type { Program } from '../program/program.js';
import { ridgeSystem } from '../regression/ridge.js';
import type { KipResult } from './kip-state.js';
import { readImages } from './read-support.js';

/** Options of {@link predictFrom}. */
export interface PredictFromOptions {
  /** The kernel of a family to predict with, by its name; needed where the run had several. */
  readonly kernel?: string;
  /** Worker threads. Default: one a core. */
  readonly threads?: number;
  /** Ends the work; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

const predictFromOptions = {
  kernel: optional(anything<string>()),
  threads: computeOptions.threads,
  signal: computeOptions.signal,
};

/** Images whose kernel with the support exists at a time. */
const BLOCK = 1024;

/**
 * Predictions from a run of `kip` alone, as a file holds it: its kernel, its preprocessing, its images and labels.
 *
 * @param run the result of `kip`, or of `loadKip`
 * @param images `[N, h, w, c]`, raw where the run knows its preprocessing, else preprocessed as its data were
 * @returns a row an image, a column a class `[N, C]`; the largest entry is the predicted class
 * @throws UnsupportedError when the run had several kernels and none is named, or there is none of that name.
 * @throws ShapeError when the images do not fit the run's; else as `evaluateSupport` does.
 * @example
 * ```ts
 * import { kip, loadKip, predictFrom, saveKip, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, 2, 1) };
 * const file = saveKip(await kip(kernel, { images, labels: [0, 1, 1, 0], numClasses: 2 }, { supportSize: 2, steps: 20 }));
 * const scores = await predictFrom(loadKip(file), images);
 * console.log(scores.rows, scores.columns); // 4 2
 * ```
 */
export async function predictFrom(
  run: KipResult,
  images: AnyArray,
  options: PredictFromOptions = {},
): Promise<Matrix> {
  const { kernel: name, threads, signal } = readOptions('predictFrom', options, predictFromOptions);
  const given = readImages('predictFrom', 'images', images);
  const x = run.preprocessing ? await run.preprocessing.transform(given, { signal }) : given;
  const { configuration, labels } = run;
  const { get, dtype, reg, regScale, jitter } = configuration;
  const kernel = programKernel(programNamed(configuration.program, name));
  const compute = { get, dtype, threads, signal };
  const kSs = readMatrix('predictFrom', 'K_ss', await gram(kernel, run.images, null, compute));
  const system = await ridgeSystem('predictFrom', 'the Gram matrix of the support', kSs, {
    ...{ reg, regScale, jitter, signal },
  });
  const alpha = rowMajor((await system.solve(labels, 'labels')).x);
  const [n, classes, total] = [labels.rows, labels.columns, x.shape[0]];
  const scores = new Float64Array(total * classes);
  for (let from = 0; from < total; from += BLOCK) {
    const count = Math.min(BLOCK, total - from);
    const kTs = readMatrix(
      'predictFrom',
      'K_ts',
      await gram(kernel, rowsOf(x, from, count), run.images, compute),
    );
    scores.set(gemm(count, classes, n, rowMajor(kTs), alpha), from * classes);
  }
  return fromRowMajor(scores, total, classes);
}

function programNamed(program: KipResult['configuration']['program'], name: string | undefined): Program {
  if ('ops' in program) return program as Program;
  const programs = program as { readonly [name: string]: Program };
  if (name !== undefined && Object.hasOwn(programs, name)) return programs[name];
  throw new UnsupportedError(
    `predictFrom: the run had the kernels ${Object.keys(programs).join(', ')}, got ${name ?? 'no name'}. ` +
      `Pass e.g. { kernel: '${Object.keys(programs)[0]}' }.`,
  );
}
