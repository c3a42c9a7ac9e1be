import type { AugmentOptions, LabelRule, OptimizerName, Schedule } from 'neural-tangents';
import type { DatasetName } from './datasets.js';
import type { KernelName } from './kernels.js';

interface JobBase {
  /** How `npm run reproduce -- NAME` calls it. */
  readonly name: string;
  readonly dataset: DatasetName;
  readonly kernel: KernelName;
  /** Images distilled to. */
  readonly support: number;
  /** Test accuracy in the paper, %, as it is printed there. */
  readonly paper: string;
  /** Where in the paper. */
  readonly source: string;
  /** Independent runs. */
  readonly seeds: number;
  /** Whether images are whitened (regularised ZCA, as the papers do it) and not only standardised. */
  readonly zca?: boolean;
}

/** A run of KIP. */
export interface KipJob extends JobBase {
  readonly method: 'KIP';
  readonly labels: LabelRule;
  readonly steps: number;
  readonly targets: Schedule;
  readonly optimizer: OptimizerName;
  readonly learningRate: Schedule;
  /** Of the targets; none by default. */
  readonly augmentation?: AugmentOptions;
  readonly dtype: 'float32' | 'float64';
}

/** A run of Label Solve on the whole training set. */
export interface LabelSolveJob extends JobBase {
  readonly method: 'Label Solve';
  readonly dtype: 'float32' | 'float64';
}

/** A line of the papers' tables. */
export type Job = KipJob | LabelSolveJob;

const krr = '2011.00050, Table 2';
const headline = '2107.13034, Table 1';

/** Targets of a row with augmentation: the papers do not say how far they go. */
const augmentations = {
  cifar10: { rotation: 10, heightShift: 0.1, widthShift: 0.1, horizontalFlip: true },
  mnist: { rotation: 10, heightShift: 0.1, widthShift: 0.1 },
} as const;

/** KIP with a kernel that costs little, as the papers' tables have it: images alone, or augmented targets and learned labels (a + l). */
const cheap = (
  dataset: 'mnist' | 'cifar10',
  kernel: KernelName,
  how: 'images' | 'a+l',
  papers: readonly [support: number, paper: string][],
): KipJob[] =>
  papers.map(([support, paper]) => ({
    name: `kip-${kernel.toLowerCase()}-${dataset}-${support}${how === 'images' ? '' : '-aug-labels'}`,
    ...({ method: 'KIP', dataset, kernel, support, paper, source: krr, seeds: 3 } as const),
    ...(how === 'a+l' && { augmentation: augmentations[dataset] }),
    labels: how === 'images' ? 'fixed' : 'learned',
    steps: support > 100 ? 300 : 2000,
    targets: support > 100 ? 5000 : 1000,
    optimizer: 'adam' as const,
    learningRate: { kind: 'cosine', from: 0.04 } as const,
    dtype: 'float32' as const,
  }));

const solve = (dataset: DatasetName, papers: readonly [support: number, paper: string][]): LabelSolveJob[] =>
  papers.map(([support, paper]) => ({
    name: `ls-convnet-${dataset}-${support}`,
    ...({ method: 'Label Solve', dataset, kernel: 'ConvNet', support, paper, source: headline } as const),
    ...({ seeds: 3, dtype: 'float32' } as const),
  }));

/** ConvNet's jobs, the papers' headline: SOAP, labels solved at every step, batches that are small and grow. */
const convnet = (
  dataset: DatasetName,
  paper: string,
  budget: Pick<KipJob, 'steps' | 'targets' | 'zca'>,
): KipJob => ({
  name: `kip-convnet-${dataset}-10${budget.zca ? '-zca' : ''}`,
  ...({ method: 'KIP', dataset, kernel: 'ConvNet', labels: 'solved', support: 10 } as const),
  ...{ paper, source: headline, seeds: 1 },
  ...budget,
  optimizer: 'soap',
  learningRate: { kind: 'cosine', from: 0.3 },
  dtype: 'float32',
});

/** All jobs, in the order of the published table. */
export const jobs: readonly Job[] = [
  ...cheap('cifar10', 'FC1', 'images', [
    [10, '39.3 ± 1.6'],
    [100, '49.1 ± 1.1'],
    [500, '52.1 ± 0.8'],
  ]),
  ...cheap('cifar10', 'FC1', 'a+l', [
    [10, '40.5 ± 0.4'],
    [100, '53.1 ± 0.5'],
    [500, '58.6 ± 0.4'],
  ]),
  ...cheap('cifar10', 'RBF', 'images', [
    [10, '39.9 ± 0.9'],
    [100, '49.3 ± 0.3'],
  ]),
  ...cheap('mnist', 'FC1', 'a+l', [
    [10, '85.5 ± 0.1'],
    [100, '97.2 ± 0.2'],
    [500, '98.4 ± 0.1'],
  ]),
  {
    ...({ name: 'ls-fc1-cifar10-500', method: 'Label Solve', dataset: 'cifar10', kernel: 'FC1' } as const),
    ...({ support: 500, paper: '47.0', source: 'KIP.ipynb', seeds: 3, dtype: 'float64' } as const),
  },
  ...solve('mnist', [
    [10, '73.4'],
    [100, '96.4'],
  ]),
  ...solve('fashion-mnist', [
    [10, '65.3'],
    [100, '80.8'],
  ]),
  ...solve('cifar10', [
    [10, '26.3'],
    [100, '46.3'],
  ]),
  convnet('mnist', '97.3 ± 0.1', { steps: 600, targets: { kind: 'linear', from: 100, to: 200 } }),
  convnet('fashion-mnist', '82.9 ± 0.2', { steps: 150, targets: 100 }),
  convnet('cifar10', '64.7 ± 0.2', { steps: 100, targets: 100, zca: true }),
];

/** A job cut down to seconds. */
export function small(job: Job): Job {
  if (job.method === 'Label Solve') return { ...job, seeds: 1 };
  return { ...job, seeds: 1, steps: 4, targets: 100 };
}
