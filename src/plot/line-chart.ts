import { anything, byDefault, flag, oneOf, optional, readOptions } from '../base/options.js';
import { type Chart, chartSchema } from './chart.js';

/** One line of a {@link lineChart}: a name for the legend, and its points. */
export interface LineSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a {@link lineChart} says beside its lines. */
export interface LineChartOptions {
  /** The heading. */
  readonly title: string;
  /** What the horizontal axis shows. */
  readonly xTitle: string;
  /** What the vertical axis shows. */
  readonly yTitle: string;
  /** Default `'linear'`. */
  readonly xScale?: 'linear' | 'log';
  /** Default `'linear'`. */
  readonly yScale?: 'linear' | 'log';
  /** Least and greatest value of the vertical axis. Default: of the points. */
  readonly yRange?: readonly [number, number];
  /** Whether each point is marked, default true. */
  readonly marks?: boolean;
}

/**
 * A chart of lines.
 *
 * @param series the lines, in the order of the legend; points that are not finite, or not positive on a logarithmic axis, are left out.
 * @returns a Vega-Lite specification.
 * @throws UnsupportedError for an unknown option.
 * @example
 * ```ts
 * import { lineChart } from 'neural-tangents';
 *
 * const points = [{ x: 1, y: 0.91 }, { x: 4, y: 0.93 }];
 * const chart = lineChart([{ name: 'ConvNet', points }], { title: 'Depth', xTitle: 'depth', yTitle: 'accuracy' });
 * console.log(chart.data.values.length); // → 2
 * ```
 */
export function lineChart(series: readonly LineSeries[], options: LineChartOptions): Chart {
  const read = readOptions('lineChart', options, lineChartOptions);
  const { title, xTitle, yTitle, xScale, yScale, yRange, marks } = read;
  const drawable = (value: number, scale: string) =>
    Number.isFinite(value) && (scale === 'linear' || value > 0);
  const values = series.flatMap(({ name, points }) =>
    points
      .filter(({ x, y }) => drawable(x, xScale) && drawable(y, yScale))
      .map(({ x, y }) => ({ series: name, x, y })),
  );
  const domain = yRange ? { domain: [...yRange] } : {};
  return {
    $schema: chartSchema,
    title,
    width: 420,
    height: 280,
    data: { values },
    mark: { type: 'line', strokeWidth: 2, point: marks ? { size: 40 } : false },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: xTitle, scale: scaleOf(xScale) },
      y: { field: 'y', type: 'quantitative', title: yTitle, scale: { ...scaleOf(yScale), ...domain } },
      color: {
        field: 'series',
        type: 'nominal',
        title: null,
        legend: { labelLimit: 240 },
        sort: series.map(({ name }) => name),
      },
    },
  };
}

const scale = byDefault('linear', oneOf(['linear', 'log']));

const lineChartOptions = {
  title: anything<string>(),
  xTitle: anything<string>(),
  yTitle: anything<string>(),
  xScale: scale,
  yScale: scale,
  yRange: optional(anything<readonly [number, number]>()),
  marks: byDefault(true, flag),
};

/** A scale that spans its points and no more; linear ones end at round numbers. */
function scaleOf(type: 'linear' | 'log'): Readonly<Record<string, unknown>> {
  return type === 'log' ? { type, nice: false } : { type, zero: false };
}
