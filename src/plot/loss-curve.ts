import { received } from '../base/received.js';
import { type Chart, chartSchema } from './chart.js';

/** One line of a {@link lossCurve}: a name for the legend and its points. */
export interface LossSeries {
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly loss: number }[];
}

/**
 * A line chart of losses over optimisation steps, the loss on a logarithmic axis.
 *
 * @param series the lines; points whose loss is not a positive number are left out (a logarithm has no place for them).
 * @param title the heading.
 * @returns a Vega-Lite specification.
 * @example
 * ```ts
 * import { lossCurve } from 'neural-tangents';
 *
 * const chart = lossCurve([{ name: 'KIP', points: [{ step: 1, loss: 0.04 }, { step: 2, loss: 0.02 }] }]);
 * console.log(chart.data.values.length); // → 2
 * ```
 */
export function lossCurve(series: readonly LossSeries[], title = 'Loss'): Chart {
  if (!isSeries(series)) {
    const remedy = "Of a history pass [{ name: 'KIP', points: history }].";
    throw new TypeError(`lossCurve: series must be a list of { name, points }, ${received(series, remedy)}`);
  }
  const values = series.flatMap(({ name, points }) =>
    points
      .filter(({ loss }) => Number.isFinite(loss) && loss > 0)
      .map(({ step, loss }) => ({ series: name, step, loss })),
  );
  return {
    $schema: chartSchema,
    title,
    width: 480,
    height: 300,
    data: { values },
    mark: { type: 'line', point: { size: 12 } },
    encoding: {
      x: { field: 'step', type: 'quantitative', title: 'step', axis: { tickMinStep: 1 } },
      y: { field: 'loss', type: 'quantitative', title: 'loss', scale: { type: 'log', nice: false } },
      color: { field: 'series', type: 'nominal', title: null, sort: series.map(({ name }) => name) },
    },
  };
}

function isSeries(series: unknown): boolean {
  return Array.isArray(series) && series.every((line) => Array.isArray((line as LossSeries | null)?.points));
}
