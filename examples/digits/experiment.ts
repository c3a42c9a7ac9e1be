import { Matrix } from 'ml-matrix';
import {
  balancedSubset,
  channelStats,
  type Dataset,
  type Evaluation,
  estimate,
  evaluateSupport,
  type KipStep,
  kip,
  type LabelRule,
  labelSolve,
  oneHotCentred,
  random,
  type Support,
  standardise,
  subset,
} from 'neural-tangents';
import { Progress } from '../shared/progress.js';
import { type Digits, halved } from './data.js';
import { type NetName, nets, type Settings } from './nets.js';
import type { Options } from './options.js';

/** What one method made of the random images, and how well it does. */
export interface Outcome extends Distilled {
  readonly method: string;
  /** What distilling took, without the test. */
  readonly seconds: number;
  /** Null if the program was stopped before the test was over. */
  readonly evaluation: Evaluation | null;
}

interface Distilled {
  readonly support: Support;
  /** Steps of KIP; none of the other methods. */
  readonly history: readonly KipStep[];
}

interface Method {
  readonly name: string;
  /** What its progress counts up to. */
  readonly total: number;
  /** Seconds that it will take, about. */
  readonly predict: () => Promise<number>;
  /** Distils; stopped by the signal, it gives what it has, or rejects if it has nothing. */
  readonly run: (progress: Progress) => Promise<Distilled>;
}

/**
 * The four methods on one network, one after the other, all from the same random images.
 *
 * Stops when `signal` says so; a method that then has learned something already is the last to come.
 */
export async function* experiment(
  net: NetName,
  digits: Digits,
  options: Options,
  signal: AbortSignal,
): AsyncGenerator<Outcome, void> {
  const { dtype, threads, seed } = options;
  const { steps, targetBatch, learningRate, lsTargets, testSize } = settingsOf(net, options);
  const { kernel } = nets[net].build();
  const compute = { dtype, threads, signal };

  const sized = (data: Dataset<Uint8Array>) => (nets[net].halved ? halved(data) : data);
  const stats = channelStats(sized(digits.train).images);
  const prepared = (data: Dataset<Uint8Array>): Dataset => ({
    ...data,
    images: standardise(sized(data).images, stats, { dtype }),
  });
  const train = prepared(digits.train);
  const [startKey, targetKey, testKey] = random.split(random.key(seed), 3);
  const draw = (from: Dataset, count: number, key: random.Key) =>
    subset(from, balancedSubset(from.labels, from.numClasses, count, key));
  const test = draw(prepared(digits.test), testSize, testKey);
  const start = toSupport(draw(train, options.support, startKey));

  /** Seconds of the kernel, or of its gradient, between the support and n2 targets (null: itself). */
  const seconds = async (n2: number | null, gradient: 'none' | 'x1' | 'both') => {
    const shape = start.images.shape.slice(1);
    return (await estimate(kernel, shape, options.support, n2, { get: 'ntk', dtype, threads, gradient }))
      .seconds;
  };

  const falling = { kind: 'cosine', from: learningRate } as const;
  const kipMethod = (name: string, labels: LabelRule): Method => ({
    name,
    total: steps,
    predict: async () => steps * ((await seconds(targetBatch, 'x1')) + (await seconds(null, 'both'))),
    async run(progress) {
      const settings = {
        supportSize: options.support,
        steps,
        targetBatch,
        learningRate: falling,
        labels,
        seed,
        optimizer: 'soap',
        adam: { beta2: 0.95 },
      } as const;
      let last: Distilled | undefined;
      try {
        await kip(kernel, train, {
          ...compute,
          ...settings,
          init: start,
          onProgress: ({ step, loss, result }) => {
            last = { support: result, history: result.history };
            progress.update(step, `loss ${loss.toFixed(4)}`);
          },
        });
      } catch (error) {
        if (!signal.aborted || !last) throw error;
      }
      return last ?? { support: start, history: [] };
    },
  });

  const unlessAborted = (error: unknown): null => {
    if (signal.aborted) return null;
    throw error;
  };

  const methods: Method[] = [
    {
      name: 'random subset',
      total: 1,
      predict: async () => 0,
      run: async () => ({ support: start, history: [] }),
    },
    {
      name: 'Label Solve',
      total: lsTargets,
      predict: () => seconds(lsTargets, 'none'),
      async run(progress) {
        const onProgress = (done: number) => progress.update(done);
        const targets = draw(train, lsTargets, targetKey);
        const solved = await labelSolve(kernel, start.images, targets, {
          ...compute,
          onProgress,
          block: 100,
        });
        return { support: { images: start.images, labels: solved.labels }, history: [] };
      },
    },
    kipMethod('KIP', 'fixed'),
    kipMethod('KIP + labels', 'solved'),
  ];

  for (const method of methods) {
    const progress = new Progress(`${net}: ${method.name}`, await method.predict());
    progress.start(method.total);
    try {
      const started = performance.now();
      const distilled = await method.run(progress);
      const elapsed = (performance.now() - started) / 1000;
      if (!signal.aborted) progress.update(method.total, 'test');
      const evaluation = await evaluateSupport(kernel, distilled.support, test, compute).catch(unlessAborted);
      yield { method: method.name, ...distilled, seconds: elapsed, evaluation };
    } catch (error) {
      unlessAborted(error);
    } finally {
      progress.stop();
    }
    if (signal.aborted) return;
  }
}

/** A network's settings, as far as the command line does not say otherwise. */
export function settingsOf(net: NetName, options: Partial<Settings>): Settings {
  return { ...nets[net], ...options };
}

function toSupport({ images, labels, numClasses }: Dataset): Support {
  return {
    images,
    labels: Matrix.from1DArray(labels.length, numClasses, oneHotCentred(labels, numClasses).data),
  };
}
