import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { expect, it } from 'vitest';
import type { Chart } from '../../src/plot/chart.js';
import { regressionBand } from '../../src/plot/regression-band.js';

const render = (chart: Chart) => new View(parse(compile(chart as unknown as TopLevelSpec).spec)).toSVG();

it('draws bands of two deviations, lines and points', async () => {
  const chart = regressionBand(
    [
      { name: 'ensemble', x: [0, 1], mean: [1, 2], deviation: [0.5, 0.25] },
      { name: 'one network', x: [0, 1], mean: [1.5, 2.5] },
    ],
    { title: 'A sine', points: { x: [0.5], y: [1.25] }, xTitle: 'time' },
  );
  expect(chart.data.values).toEqual([
    { series: 'ensemble', x: 0, mean: 1, lower: 0, upper: 2 },
    { series: 'ensemble', x: 1, mean: 2, lower: 1.5, upper: 2.5 },
    { series: 'one network', x: 0, mean: 1.5 },
    { series: 'one network', x: 1, mean: 2.5 },
  ]);
  const svg = await render(chart);
  for (const text of ['A sine', 'ensemble', 'one network', 'time']) expect(svg).toContain(`>${text}</text>`);
  expect(svg.match(/aria-roledescription="area mark"/g)).toHaveLength(1);
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(2);
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1);
});
