import type { Matrix } from 'ml-matrix';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import type { Dataset } from '../data/index.js';
import type { SolveEvidence } from '../regression/index.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { targetsOf } from './evaluate-support.js';
import type { KipConfiguration } from './kip-configuration.js';
import { computeKipLoss } from './kip-loss.js';
import type { KipResult } from './kip-state.js';
import { optimizerStep } from './optimizer.js';
import { solvedLoss } from './solved-labels.js';
import type { ReadSupportOptions } from './types.js';

/** What a step yields. */
export type StepOutcome = Pick<KipResult, 'images' | 'labels' | 'moments'> & {
  readonly loss: number;
  readonly accuracy: number;
  readonly evidence: SolveEvidence | null;
};

/** The loss of a support on a step's targets, and where it goes down. */
interface Slope {
  readonly loss: number;
  readonly accuracy: number;
  readonly evidence: SolveEvidence | null;
  readonly images: NdArray<Float64Array>;
  /** The labels' gradient where they are learned. */
  readonly labelGradient: Matrix | null;
  /** The labels that take the place of the support's where they are solved. */
  readonly solvedLabels: Matrix | null;
}

/** One step of `kip` on a batch of targets: images and, where they are learned, labels move along Adam's direction. */
export async function kipStep(
  kernel: NetworkKernel,
  state: KipResult,
  targets: Dataset,
  learningRate: number,
  options: ReadSupportOptions,
): Promise<StepOutcome> {
  const { configuration, moments } = state;
  const slope = await slopeOf(kernel, state, targets, configuration, options);
  const step = state.step + 1;
  const move = (x: NdArray<Float64Array>, own: 'images' | 'labels', gradient: Float64Array) =>
    optimizerStep(
      configuration,
      { x: x.data, shape: x.shape, moments: moments[own], gradient, rate: learningRate, step },
      options.signal,
    );
  const images = await move(state.images, 'images', slope.images.data);
  const { rows, columns } = state.labels;
  const labels =
    slope.labelGradient &&
    (await move(
      { shape: [rows, columns], data: rowMajor(state.labels) },
      'labels',
      rowMajor(slope.labelGradient),
    ));
  return {
    loss: slope.loss,
    accuracy: slope.accuracy,
    evidence: slope.evidence,
    images: { shape: state.images.shape, data: images.x },
    labels: labels ? fromRowMajor(labels.x, rows, columns) : (slope.solvedLabels ?? state.labels),
    moments: { images: images.moments, labels: labels?.moments ?? moments.labels },
  };
}

async function slopeOf(
  kernel: NetworkKernel,
  support: KipResult,
  targets: Dataset,
  { labels: rule, labelReg }: KipConfiguration,
  options: ReadSupportOptions,
): Promise<Slope> {
  if (rule === 'solved') {
    const solved = await solvedLoss('kip', kernel, support.images, targets, { ...options, labelReg });
    return { ...solved, evidence: null, labelGradient: null, solvedLabels: solved.labels };
  }
  const withGradient = { ...options, gradient: true };
  const { gradient, ...loss } = await computeKipLoss(
    'kip',
    kernel,
    support,
    targetsOf(targets),
    withGradient,
  );
  const labelGradient = rule === 'learned' ? gradient!.labels : null;
  return { ...loss, images: gradient!.images, labelGradient, solvedLabels: null };
}
