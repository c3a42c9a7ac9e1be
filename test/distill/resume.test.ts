import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../src/base/errors.js';
import { type KipOptions, type KipResult, kip, loadKip, saveKip } from '../../src/distill/index.js';
import { stax } from '../../src/index.js';
import { kernel, patterns } from './patterns.js';

const train = patterns(90, 3);
const held = patterns(30, 3, 5);
const deeper = stax.serial(stax.Flatten(), stax.Dense(8), stax.Erf(), stax.Dense(3)).kernel;

const base: KipOptions = {
  supportSize: 3,
  steps: 7,
  targetBatch: { kind: 'linear', from: 12, to: 60 },
  learningRate: { kind: 'cosine', from: 0.1, warmUp: 2 },
  evaluation: { data: held, every: 2 },
};

/** All of a run but how long it took. */
function timeless({ history, labels, ...rest }: KipResult) {
  return {
    ...rest,
    best: rest.best && { ...rest.best, labels: rest.best.labels.to2DArray() },
    labels: labels.to2DArray(),
    history: history.map((step) => ({ ...step, seconds: 0 })),
  };
}

describe('a run that stops and goes on', () => {
  it.each([
    ['fixed', 'adam', kernel],
    ['learned', 'adam', kernel],
    ['solved', 'adam', kernel],
    ['learned', 'adam', { one: kernel, other: deeper }],
    ['learned', 'soap', kernel],
  ] as const)(
    'has the bits of one that did not, labels %s, optimizer %s',
    async (labels, optimizer, network) => {
      const whole = timeless(await kip(network, train, { ...base, labels, optimizer }));
      const stops = fc.integer({ min: 0, max: base.steps });
      await fc.assert(
        fc.asyncProperty(stops, async (stop) => {
          let half: KipResult | undefined;
          const onProgress = ({ step, result }: { step: number; result: KipResult }) => {
            if (step === stop) half = result;
            if (step === stop) throw new Error('stopped');
          };
          await kip(network, train, { ...base, labels, optimizer, onProgress }).catch(() => undefined);
          half ??= await kip(network, train, { ...base, labels, optimizer, steps: 0 });
          const resume = loadKip(saveKip(half));
          const { evaluation, steps } = base;
          const resumed = await kip(network, train, { resume, evaluation, steps });
          expect(timeless(resumed)).toEqual(whole);
        }),
        { numRuns: 3 },
      );
    },
  );

  it('keeps the best support and ends when it gets no better', async () => {
    const evaluation = { data: held, every: 1, patience: 2 };
    const run = await kip(kernel, train, { ...base, steps: 60, learningRate: 0.3, evaluation });
    const accuracies = run.history.map((step) => step.evaluation!.accuracy);
    const best = Math.max(...accuracies);
    expect(run.best?.evaluation.accuracy).toBe(best);
    expect(run.best?.step).toBeGreaterThan(accuracies.indexOf(best));
    expect(run.step).toBe(accuracies.indexOf(best) + 1 + 2);
    expect(run.step).toBeLessThan(60);
  });

  it('draws every kernel of a family, and evaluates each', async () => {
    const { history, configuration } = await kip({ one: kernel, other: deeper }, train, {
      ...base,
      steps: 12,
    });
    expect(new Set(history.map((step) => step.kernel))).toEqual(new Set(['one', 'other']));
    expect(Object.keys(configuration.program)).toEqual(['one', 'other']);
    const { evaluation } = history[11];
    const { one, other } = evaluation!.kernels!;
    expect(evaluation!.loss).toBe((one.loss + other.loss) / 2);
  });

  it('grows the target batch', async () => {
    const { history } = await kip(kernel, train, base);
    expect(history.map(({ targets }) => targets)).toEqual([12, 18, 27, 36, 42, 51, 60]);
  });

  it('refuses another kernel, other data and a family with solved labels', async () => {
    const resume = await kip(kernel, train, { ...base, steps: 1 });
    await expect(kip(deeper, train, { resume, steps: 2 })).rejects.toThrow(UnsupportedError);
    await expect(kip(deeper, train, { resume })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kip: resume needs the kernel of the earlier run, got another. Pass that one; or init instead of resume, which starts a new run from its images.]`,
    );
    await expect(kip(kernel, train, { resume, optimizer: 'soap' })).rejects.toThrow(
      "kip: resume needs the optimizer of the earlier run, 'adam', got 'soap'. Leave it out; or pass init instead of resume",
    );
    await expect(kip(kernel, patterns(90, 4), { resume })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kip: resume needs images [n, 3,2,1] of 4 classes, as train has, got [3,3,2,1] of 3. Pass the data of the earlier run.]`,
    );
    const family = kip({ one: kernel, other: deeper }, train, { ...base, labels: 'solved' });
    await expect(family).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kip: labels 'solved' are the best ones of one kernel, got a family. Use 'learned', or one kernel.]`,
    );
    await expect(kip({}, train, base)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[TypeError: kip: kernel needs the kernel of a network, or a record of several, got a record of none. Pass e.g. stax.serial(…).kernel, or { fc1: fc1.kernel, fc2: fc2.kernel }.]`,
    );
  });
});
