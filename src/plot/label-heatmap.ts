import { type AnyArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { anything, byDefault, optional, readOptions } from '../base/options.js';
import { type Chart, chartSchema } from './chart.js';

/** What {@link labelHeatmap} writes beside the cells. */
export interface LabelHeatmapOptions {
  /** The heading. Default `'Labels'`. */
  readonly title?: string;
  /** A name a row (support image). Default: 0, 1, … */
  readonly rowNames?: readonly string[];
  /** A name a column (class). Default: 0, 1, … */
  readonly columnNames?: readonly string[];
}

const labelHeatmapOptions = {
  title: byDefault('Labels', anything<string>()),
  rowNames: optional(anything<readonly string[]>()),
  columnNames: optional(anything<readonly string[]>()),
};

/**
 * A chart of labels: a cell for each support image (row) and class (column), blue above 0, red below,
 * with its value written in it.
 *
 * @param labels `[n, classes]`, e.g. the learned labels of `kip` or `labelSolve`.
 * @param options names and heading.
 * @returns a Vega-Lite specification.
 * @throws ShapeError if the number of names is not that of the rows or columns.
 * @example
 * ```ts
 * import { labelHeatmap } from 'neural-tangents';
 * import { Matrix } from 'ml-matrix';
 *
 * const chart = labelHeatmap(new Matrix([[0.9, -0.1], [-0.1, 0.9]]), { columnNames: ['cat', 'dog'] });
 * console.log(chart.data.values.length); // → 4
 * ```
 */
export function labelHeatmap(labels: AnyArray, options: LabelHeatmapOptions = {}): Chart {
  const { title, ...names } = readOptions('labelHeatmap', options, labelHeatmapOptions);
  const table = readMatrix('labelHeatmap', 'labels', labels);
  const rowNames = names.rowNames ?? numbered(table.rows);
  const columnNames = names.columnNames ?? numbered(table.columns);
  checkNames('rowNames', rowNames, table.rows);
  checkNames('columnNames', columnNames, table.columns);
  const values = Array.from({ length: table.rows * table.columns }, (_, k) => {
    const row = Math.floor(k / table.columns);
    const column = k % table.columns;
    return { row, column, value: table.get(row, column) };
  });
  const largest = values.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0) || 1;
  return {
    $schema: chartSchema,
    title,
    width: { step: 40 },
    height: { step: 24 },
    data: { values },
    encoding: {
      x: {
        field: 'column',
        type: 'ordinal',
        title: 'class',
        axis: { labelAngle: 0, orient: 'top', labelExpr: nameOf(columnNames) },
      },
      y: { field: 'row', type: 'ordinal', title: 'support image', axis: { labelExpr: nameOf(rowNames) } },
    },
    layer: [
      {
        mark: 'rect',
        encoding: {
          color: {
            field: 'value',
            type: 'quantitative',
            title: 'label',
            scale: { scheme: 'redblue', domain: [-largest, largest] },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 10 },
        encoding: {
          text: { field: 'value', type: 'quantitative', format: '.2f' },
          color: {
            condition: { test: `abs(datum.value) > ${0.6 * largest}`, value: 'white' },
            value: 'black',
          },
        },
      },
    ],
  };
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

/** A Vega expression from an index to its name: equal names stay different rows. */
function nameOf(names: readonly string[]): string {
  return `${JSON.stringify(names)}[datum.value]`;
}

function checkNames(option: string, names: readonly string[], count: number): void {
  if (names.length !== count) {
    throw new ShapeError(`labelHeatmap: ${option} needs one name each (${count}), got ${names.length}.`);
  }
}
