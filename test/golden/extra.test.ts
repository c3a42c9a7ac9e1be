import { afterAll, describe, expect, it } from 'vitest';
import { tolerance } from '../support/tolerance.js';
import { Extremes } from './cases.js';
import {
  type ExtraCase,
  errorThroughGram,
  errorThroughTensors,
  extraCases,
  isGram,
  isSupported,
} from './extra-cases.js';

const supported = extraCases.filter(isSupported);

/**
 * On the diagonal, where a position meets itself, Neural Tangents' covariance after attention or aggregation differs from its
 * variance in the last digit, and the angle between them is √eps instead of 0.
 */
const singular: ReadonlySet<string> = new Set(['mask-attention-softmax-self', 'aggregate-dense-self']);

const named = (cases: readonly ExtraCase[]) => cases.map((extra) => [extra.name, extra] as const);

it('supports all of the cases', () => {
  expect(supported.map(({ name }) => name)).toEqual(extraCases.map(({ name }) => name));
  expect(supported.length).toBe(29);
});

describe('gram in float64', () => {
  const extremes = new Extremes();
  afterAll(() => console.info(extremes.line('golden extra float64 gram')));

  it.each(named(supported.filter(isGram)))('%s', async (name, extra) => {
    const values = await errorThroughGram(extra);
    extremes.add(name, { values });
    expect(values).toBeLessThanOrEqual(
      singular.has(name) ? tolerance.f64.goldenSingular : tolerance.f64.golden,
    );
  });
});

describe.each(['engine', 'tf'] as const)('executor %s in float32', (executor) => {
  const extremes = new Extremes();
  afterAll(() => console.info(extremes.line(`golden extra f32 ${executor}`)));

  it.each(named(supported))('%s', (name, extra) => {
    const values = errorThroughTensors(extra, executor);
    extremes.add(name, { values });
    expect(values).toBeLessThanOrEqual(tolerance.f32.golden);
  });
});
