import { stax } from 'neural-tangents';

const weights = { wStd: Math.SQRT2, bStd: 0.1 };

/** Conv, ReLU: the block of the distillation papers' ConvNet. Widths do not matter for an infinite network. */
const block = () => [stax.Conv(128, [3, 3], { ...weights, padding: 'SAME' }), stax.Relu()] as const;
const pooledBlock = () => [...block(), stax.AvgPool([2, 2], { strides: [2, 2] })] as const;

/** How much work is put into a network. */
export interface Settings {
  /** Steps of KIP. */
  readonly steps: number;
  /** Targets of a step. */
  readonly targetBatch: number;
  /** Of SOAP. */
  readonly learningRate: number;
  /** Targets of Label Solve. */
  readonly lsTargets: number;
  /** Digits in the test. */
  readonly testSize: number;
}

interface Net extends Settings {
  readonly build: () => { readonly kernel: object };
  /** Whether it sees digits of half their height and width. */
  readonly halved: boolean;
}

/** The networks of the demo, and settings with which both together take about three minutes on two cores. */
export const nets = {
  /** One hidden layer. */
  fc: {
    build: () => stax.serial(stax.Flatten(), stax.Dense(1024, weights), stax.Relu(), stax.Dense(10, weights)),
    halved: false,
    steps: 200,
    targetBatch: 1000,
    learningRate: 0.1,
    lsTargets: 6000,
    testSize: 2000,
  },
  /**
   * The ConvNet of "Dataset Distillation with Infinitely Wide Convolutional Networks" (arXiv 2107.13034) for digits of half their
   * height and width: one pooling less, a twentieth of the work.
   */
  convnet: {
    build: () =>
      stax.serial(
        ...block(),
        ...block(),
        ...pooledBlock(),
        ...pooledBlock(),
        stax.Flatten(),
        stax.Dense(10, weights),
      ),
    halved: true,
    steps: 300,
    targetBatch: 100,
    learningRate: 0.4,
    lsTargets: 4000,
    testSize: 2000,
  },
} as const satisfies Record<string, Net>;

/** A network of the demo by its name. */
export type NetName = keyof typeof nets;
