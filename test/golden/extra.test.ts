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

const named = (cases: readonly ExtraCase[]) => cases.map((extra) => [extra.name, extra] as const);

it('lists the cases that are not supported yet', () => {
  expect(extraCases.length).toBe(29);
  expect(
    extraCases.filter((extra) => !supported.includes(extra)).map(({ name }) => name),
  ).toMatchInlineSnapshot(`
    [
      "mask-conv1d-gap",
      "mask-dense-gap",
      "mask-dense-sumpool-flatten",
      "mask-layernorm",
      "mask-attention-softmax",
      "mask-attention-identity-pos",
      "mask-fanin",
      "mask-conv1d-gap-self",
      "mask-dense-gap-self",
      "mask-dense-sumpool-flatten-self",
      "mask-layernorm-self",
      "mask-attention-softmax-self",
      "mask-attention-identity-pos-self",
      "mask-fanin-self",
      "mask-conv2d-gap",
      "mask-conv2d-valid-stride-flatten",
      "mask-conv-transpose",
      "aggregate-dense",
      "aggregate-dense-self",
      "aggregate-sparse-self",
      "channels-first",
      "flags-full-batch",
    ]
  `);
});

describe('gram in float64', () => {
  const extremes = new Extremes();
  afterAll(() => console.info(extremes.line('golden extra float64 gram')));

  it.each(named(supported.filter(isGram)))('%s', async (name, extra) => {
    const values = await errorThroughGram(extra);
    extremes.add(name, { values });
    expect(values).toBeLessThanOrEqual(tolerance.f64.golden);
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
