import { Matrix } from 'ml-matrix';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import type { Chart } from '../../src/plot/chart.js';
import { labelHeatmap } from '../../src/plot/label-heatmap.js';
import { lossCurve } from '../../src/plot/loss-curve.js';

const render = (chart: Chart) => new View(parse(compile(chart as unknown as TopLevelSpec).spec)).toSVG();

describe('lossCurve', () => {
  const chart = lossCurve(
    [
      {
        name: 'fixed labels',
        points: [
          { step: 1, loss: 0.04 },
          { step: 2, loss: 0.02 },
        ],
      },
      {
        name: 'learned labels',
        points: [
          { step: 1, loss: 0 },
          { step: 2, loss: Number.NaN },
          { step: 3, loss: 0.01 },
        ],
      },
    ],
    'Digits',
  );

  it('leaves out what a logarithmic axis cannot show', () => {
    expect(chart.data.values).toEqual([
      { series: 'fixed labels', step: 1, loss: 0.04 },
      { series: 'fixed labels', step: 2, loss: 0.02 },
      { series: 'learned labels', step: 3, loss: 0.01 },
    ]);
  });

  it('renders with its title and legend', async () => {
    const svg = await render(chart);
    for (const text of ['Digits', 'fixed labels', 'learned labels']) expect(svg).toContain(`>${text}</text>`);
  });
});

describe('labelHeatmap', () => {
  const labels = new Matrix([
    [0.9, -0.1],
    [-0.1, 0.9],
    [-0.25, 0.5],
  ]);

  it('keeps rows of equal name apart, and writes each value', async () => {
    const svg = await render(
      labelHeatmap(labels, { rowNames: ['cat', 'dog', 'dog'], columnNames: ['cat', 'dog'] }),
    );
    expect(svg.match(/>dog<\/text>/g)).toHaveLength(3);
    expect(svg).toContain('>0.50</text>');
    expect(svg).toContain('>−0.25</text>');
  });

  it('takes labels that are all zero', async () => {
    expect(await render(labelHeatmap(Matrix.zeros(1, 2)))).toContain('>0.00</text>');
  });

  it('refuses names that do not fit', () => {
    expect(() => labelHeatmap(labels, { rowNames: ['cat'] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: labelHeatmap: rowNames needs one name each (3), got 1.]`,
    );
    expect(() => labelHeatmap(labels, { columnNames: [] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: labelHeatmap: columnNames needs one name each (2), got 0.]`,
    );
  });
});
