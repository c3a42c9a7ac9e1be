import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  balancedSubset,
  checkpoints,
  type Dataset,
  evaluateSupport,
  imageGrid,
  type KipProgress,
  type KipResult,
  kip,
  labelSolve,
  random,
  subset,
} from 'neural-tangents';
import type { Progress } from '../shared/progress.js';
import type { Split } from './datasets.js';
import type { Job, KipJob, LabelSolveJob } from './jobs.js';
import { kernels } from './kernels.js';
import type { Run } from './results.js';

/** Evaluations of a run's curve. */
const EVALUATIONS = 10;
/** Test images of the curve's evaluations; the end is tested on all. */
const CURVE_TEST = 1000;
/** Training images on which labels are solved at the end of a run that solves them. */
const LABEL_TARGETS = 20_000;
/** Decay of SOAP's squares, shorter than Adam's: they are those of a basis that turns. */
const SOAP = { beta2: 0.95 };

/** What a run needs besides its job. */
export interface RunContext {
  readonly split: Split;
  readonly seed: number;
  readonly threads: number;
  /** Where its checkpoints are. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** One run of a job; a run of KIP goes on from its last checkpoint. */
export function runJob(job: Job, context: RunContext): Promise<Run> {
  return job.method === 'KIP' ? runKip(job, context) : runLabelSolve(job, context);
}

async function runKip(
  job: KipJob,
  { split, seed, threads, folder, signal, progress }: RunContext,
): Promise<Run> {
  const kernel = kernels[job.kernel]();
  const get = job.kernel === 'RBF' ? ('nngp' as const) : ('ntk' as const);
  const every = Math.max(1, Math.ceil(job.steps / EVALUATIONS));
  const ownFolder = runFolder(folder, seed);
  const { save, latest } = checkpoints(ownFolder, { every: Math.min(every, 25), keep: 2 });
  const { test } = split;
  const evaluation = { data: draw(test, Math.min(CURVE_TEST, test.labels.length)), every };
  const onProgress = async (state: KipProgress) => {
    progress.update(state.step, `loss ${state.loss.toFixed(5)}`);
    if (state.evaluation) saveFrame(ownFolder, state.result);
    await save(state);
  };
  const compute = { threads, signal, evaluation, onProgress };
  const resume = await latest();
  progress.start(job.steps, resume?.step ?? 0);
  const { support: supportSize, steps, targets: targetBatch, learningRate, labels, dtype, optimizer } = job;
  const settings = {
    ...{ supportSize, targetBatch, learningRate, labels, dtype, get, seed, optimizer },
    ...(optimizer === 'soap' && { adam: SOAP }),
    // Targets are augmented as images before it. Elsewhere it would only make checkpoints large.
    ...(job.augmentation && { augmentation: job.augmentation, preprocessing: split.preprocessing }),
  };
  if (!resume) saveFrame(ownFolder, await kip(kernel, split.train, { ...settings, steps: 0 }));
  const result = await kip(kernel, split.train, {
    ...compute,
    ...(resume ? { resume } : { ...settings, steps }),
  });
  const support = { images: result.images, labels: result.labels };
  if (labels === 'solved') {
    const targets = draw(split.train, Math.min(LABEL_TARGETS, split.train.labels.length));
    support.labels = (
      await labelSolve(kernel, support.images, targets, { get, dtype, threads, signal })
    ).labels;
  }
  const { accuracy } = await evaluateSupport(kernel, support, test, { get, dtype, threads, signal });
  let seconds = 0;
  const curve = result.history.flatMap((step) => {
    seconds += step.seconds;
    return step.evaluation ? [{ step: step.step, seconds, accuracy: step.evaluation.accuracy }] : [];
  });
  return { seed, accuracy, seconds, curve };
}

async function runLabelSolve(
  { kernel: name, support, dtype }: LabelSolveJob,
  { split: { train, test }, seed, threads, signal, progress }: RunContext,
): Promise<Run> {
  const kernel = kernels[name]();
  const { images } = draw(train, support, seed);
  progress.start(train.labels.length, 0);
  const onProgress = (done: number) => progress.update(done);
  const { labels, seconds } = await labelSolve(kernel, images, train, { dtype, threads, signal, onProgress });
  const { accuracy } = await evaluateSupport(kernel, { images, labels }, test, { dtype, threads, signal });
  return { seed, accuracy, seconds, curve: [] };
}

/** Where a run's checkpoints and pictures are. */
export const runFolder = (folder: string, seed: number): string => join(folder, `seed${seed}`);

/** Keeps the images of a step as a picture, ten in a row. */
function saveFrame(folder: string, { step, images }: KipResult): void {
  const frames = join(folder, 'frames');
  mkdirSync(frames, { recursive: true });
  writeFileSync(
    join(frames, `${String(step).padStart(6, '0')}.png`),
    imageGrid(images, { scale: 3, columns: 10 }),
  );
}

/** As many images of each class. */
function draw(data: Dataset, count: number, seed = 0): Dataset {
  return subset(data, balancedSubset(data.labels, data.numClasses, count, random.key(seed)));
}
