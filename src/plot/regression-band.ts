import { anything, byDefault, flag, optional, readOptions } from '../base/options.js';
import { type Chart, chartSchema } from './chart.js';

/** One curve of a {@link regressionBand}: means over x, and the standard deviation around them if there is one. */
export interface BandSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
  /** Standard deviations; the band reaches two of them up and down. Absent: a line alone. */
  readonly deviation?: ArrayLike<number>;
}

/** Options of {@link regressionBand}. */
export interface RegressionBandOptions {
  readonly title?: string;
  /** Training points. */
  readonly points?: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Whether both axes are logarithmic; default `false`. */
  readonly logarithmic?: boolean;
}

const regressionBandOptions = {
  title: byDefault('Regression', anything<string>()),
  points: optional(anything<{ readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }>()),
  xTitle: byDefault('x', anything<string>()),
  yTitle: byDefault('y', anything<string>()),
  logarithmic: byDefault(false, flag),
};

/**
 * Curves over one variable, each with a band of two standard deviations: an ensemble's prediction of a function, or its training
 * loss over time.
 *
 * @returns a Vega-Lite specification.
 * @example
 * ```ts
 * import { regressionBand } from 'neural-tangents';
 *
 * const chart = regressionBand([{ name: 'ensemble', x: [0, 1], mean: [0.1, 0.4], deviation: [0.2, 0.1] }]);
 * console.log(chart.data.values.length); // → 2
 * ```
 */
export function regressionBand(series: readonly BandSeries[], options: RegressionBandOptions = {}): Chart {
  const read = readOptions('regressionBand', options, regressionBandOptions);
  const { title, points, xTitle, yTitle, logarithmic } = read;
  const values = series.flatMap(({ name, x, mean, deviation }) =>
    Array.from(x, (at, i) => {
      const own = { series: name, x: at, mean: mean[i] };
      if (!deviation) return own;
      return { ...own, lower: mean[i] - 2 * deviation[i], upper: mean[i] + 2 * deviation[i] };
    }),
  );
  const color = { field: 'series', type: 'nominal', title: null, sort: series.map(({ name }) => name) };
  const scale = { type: 'log', nice: false };
  const x = { field: 'x', type: 'quantitative', title: xTitle, ...(logarithmic && { scale }) };
  const y = { type: 'quantitative', title: yTitle, ...(logarithmic && { scale }) };
  const scatter = points && {
    data: { values: Array.from(points.x, (at, i) => ({ x: at, y: points.y[i] })) },
    mark: { type: 'point', filled: true, color: 'black', size: 40 },
    encoding: { x, y: { ...y, field: 'y' } },
  };
  return {
    $schema: chartSchema,
    title,
    width: 480,
    height: 300,
    data: { values },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.lower)' }],
        mark: { type: 'area', opacity: 0.2 },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' }, color },
      },
      { mark: 'line', encoding: { x, y: { ...y, field: 'mean' }, color } },
      ...(scatter ? [scatter] : []),
    ],
  };
}
