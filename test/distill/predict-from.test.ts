import { describe, expect, it } from 'vitest';
import { fitPreprocessing } from '../../src/data/index.js';
import { evaluateSupport, kip, loadKip, predictFrom, saveKip } from '../../src/distill/index.js';
import { accuracy } from '../../src/regression/index.js';
import { kernel, patterns } from './patterns.js';

const raw = patterns(90, 3);
const held = patterns(60, 3, 5);

/** A run on whitened data with augmented targets. */
async function whitened(steps: number) {
  const preprocessing = await fitPreprocessing(raw.images, { zca: 0.1 });
  const train = { ...raw, images: await preprocessing.transform(raw.images) };
  const augmentation = { rotation: 5, widthShift: 0.1, fraction: 0.5 };
  const settings = {
    supportSize: 3,
    targetBatch: 30,
    labels: 'learned',
    augmentation,
    preprocessing,
  } as const;
  return { preprocessing, train, run: await kip(kernel, train, { ...settings, steps }) };
}

describe('predictFrom', () => {
  it('predicts from the file alone what regression predicts from the run', async () => {
    const { preprocessing, run } = await whitened(6);
    const scores = await predictFrom(loadKip(saveKip(run)), held.images);
    const test = { ...held, images: await preprocessing.transform(held.images) };
    const { loss, accuracy: share } = await evaluateSupport(kernel, run, test);
    expect(accuracy(scores, held.labels)).toBe(share);
    let squares = 0;
    held.labels.forEach((label, i) => {
      for (let c = 0; c < 3; c++) squares += (scores.get(i, c) - (Number(c === label) - 1 / 3)) ** 2;
    });
    expect(Math.abs(squares / (2 * 60 * 3) - loss) / loss).toBeLessThan(1e-10);
  });

  it('names the kernels of a family', async () => {
    const run = await kip({ one: kernel, other: kernel }, raw, { supportSize: 3, steps: 1, targetBatch: 30 });
    await expect(predictFrom(run, held.images)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: predictFrom: the run had the kernels one, other, got no name. Pass e.g. { kernel: 'one' }.]`,
    );
    expect((await predictFrom(run, held.images, { kernel: 'other' })).rows).toBe(60);
  });
});

describe('kip with augmented targets', () => {
  it('goes on to the bit, preprocessing and all', async () => {
    const [{ run: half, train }, { run: whole }] = [await whitened(3), await whitened(6)];
    const resumed = await kip(kernel, train, { resume: loadKip(saveKip(half)), steps: 6 });
    expect(resumed.images.data).toEqual(whole.images.data);
    expect(resumed.labels.to2DArray()).toEqual(whole.labels.to2DArray());
    expect(resumed.history.map(({ loss }) => loss)).toEqual(whole.history.map(({ loss }) => loss));
  });

  it('sees other targets than without', async () => {
    const losses = async (augmentation?: { horizontalFlip: boolean }) =>
      (await kip(kernel, raw, { supportSize: 3, steps: 3, targetBatch: 30, augmentation })).history.map(
        ({ loss }) => loss,
      );
    const [plain, flipped] = [await losses(), await losses({ horizontalFlip: true })];
    expect(flipped[0]).not.toBe(plain[0]);
    expect(flipped).toEqual(await losses({ horizontalFlip: true }));
  });
});
