import { decode } from 'fast-png';
import { Matrix } from 'ml-matrix';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import type { Chart } from '../../src/plot/chart.js';
import { correlationHeatmap } from '../../src/plot/correlation-heatmap.js';
import { imageChart } from '../../src/plot/image-chart.js';
import { lineChart } from '../../src/plot/line-chart.js';

const render = (chart: Chart) => new View(parse(compile(chart as unknown as TopLevelSpec).spec)).toSVG();

/** The pictures that an SVG embeds, decoded. */
const pictures = (svg: string) =>
  [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, base64]) =>
    decode(Buffer.from(base64, 'base64')),
  );

describe('lineChart', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 2 },
    { x: 2, y: Number.NaN },
  ];
  const titles = { title: 'Depth', xTitle: 'layers', yTitle: 'accuracy' };

  it('leaves out what its axes cannot show', () => {
    expect(lineChart([{ name: 'a', points }], titles).data.values).toHaveLength(2);
    expect(lineChart([{ name: 'a', points }], { ...titles, xScale: 'log' }).data.values).toEqual([
      { series: 'a', x: 1, y: 2 },
    ]);
  });

  it('renders its titles and names', async () => {
    const svg = await render(lineChart([{ name: 'plain', points }], titles));
    for (const text of ['Depth', 'layers', 'accuracy', 'plain']) expect(svg).toContain(`>${text}</text>`);
  });
});

describe('correlationHeatmap', () => {
  const gram = new Matrix([
    [4, 1, 3.6],
    [1, 1, 0.2],
    [3.6, 0.2, 4],
  ]);

  it('sorts samples by class and draws correlations, dark where alike', async () => {
    const svg = await render(
      correlationHeatmap(gram, { classes: [0, 1, 0], classNames: ['cat', 'dog'], size: 3 }),
    );
    for (const text of ['cat', 'dog', 'correlation']) expect(svg).toContain(`>${text}</text>`);
    const [{ width, height, data }] = pictures(svg);
    const cell = (i: number, j: number) => data[((2 * i + 1) * width + 2 * j + 1) * 3];
    expect([width, height]).toEqual([6, 6]);
    // In the order 0, 2, 1: correlation 0.9 between the cats, 0.5 and 0.1 with the dog.
    expect(cell(0, 1)).toBe(cell(1, 0));
    expect(cell(0, 1)).toBeLessThan(cell(0, 2));
    expect(cell(0, 2)).toBeLessThan(cell(1, 2));
  });

  it('takes one sample and no classes', async () => {
    expect(pictures(await render(correlationHeatmap(new Matrix([[2]]))))).toHaveLength(1);
  });

  it('refuses what does not fit', () => {
    expect(() => correlationHeatmap(new Matrix([[1, 2]]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: correlationHeatmap: gram must be square, got [1, 2].]`,
    );
    expect(() => correlationHeatmap(gram, { classes: [0] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: correlationHeatmap: classes needs one for each of 3 samples, got 1.]`,
    );
    expect(() =>
      correlationHeatmap(gram, { classes: [0, 1, 0], classNames: ['cat'] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: correlationHeatmap: classNames needs a name for class 1, got 1 names.]`,
    );
  });
});

describe('imageChart', () => {
  const images = { shape: [3, 1, 2, 1], data: Float64Array.of(0, 1, 1, 0, 0, 4) };

  it('draws every image with its caption and its row', async () => {
    const chart = imageChart(images, {
      ...{ title: 'Pairs', columns: 2, scale: 1, range: 'shared' },
      captions: ['up', 'down', 'far'],
      rowNames: ['near ones', 'another'],
    });
    const svg = await render(chart);
    for (const text of ['Pairs', 'up', 'down', 'far', 'near ones', 'another'])
      expect(svg).toContain(`>${text}</text>`);
    expect(pictures(svg).map(({ data }) => [data[0], data[2]])).toEqual([
      [0, 64],
      [64, 0],
      [0, 255],
    ]);
  });

  it('refuses texts that do not fit', () => {
    expect(() => imageChart(images, { title: '', captions: ['one'] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageChart: captions needs one text each (3), got 1.]`,
    );
    expect(() => imageChart(images, { title: '', rowNames: [] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageChart: rowNames needs one text each (1), got 0.]`,
    );
  });
});
