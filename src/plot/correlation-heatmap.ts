import { encode } from 'fast-png';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { anything, byDefault, optional, readOptions } from '../base/options.js';
import { type Chart, chartSchema } from './chart.js';
import { dataUrl } from './data-url.js';

/** What a {@link correlationHeatmap} shows beside the cells. */
export interface CorrelationHeatmapOptions {
  /** The heading. Default `'Correlations'`. */
  readonly title?: string;
  /** The class of each sample, from 0 on: samples are sorted by it, and the classes marked. Default: no classes. */
  readonly classes?: ArrayLike<number>;
  /** A name for each class. Default: 0, 1, … */
  readonly classNames?: readonly string[];
  /** Width and height of the matrix in pixels. Default 360. */
  readonly size?: number;
}

const correlationHeatmapOptions = {
  title: byDefault('Correlations', anything<string>()),
  classes: optional(anything<ArrayLike<number>>()),
  classNames: optional(anything<readonly string[]>()),
  size: byDefault(360, anything<number>()),
};

/** Anchors of the colours from the least to the greatest correlation: what {@link colourAt} and the legend go through. */
const colours = [
  [247, 251, 255],
  [158, 202, 225],
  [49, 130, 189],
  [8, 48, 107],
] as const;

/**
 * A Gram matrix as a picture of correlations, K[i, j]/√(K[i, i]·K[j, j]): a cell for each pair of samples, dark where they are alike.
 *
 * Colours span all but the outermost 2 % of the correlations of different samples at either end; a sample's correlation with itself
 * is 1 and would take half of the scale.
 *
 * @param gram `[n, n]`, the samples' covariances.
 * @returns a Vega-Lite specification, with the cells as one embedded PNG.
 * @throws ShapeError when the matrix is not square, or classes or their names do not fit it; UnsupportedError for an unknown option.
 * @example
 * ```ts
 * import { correlationHeatmap } from 'neural-tangents';
 * import { Matrix } from 'ml-matrix';
 *
 * const gram = new Matrix([[4, 1, 2], [1, 4, 0], [2, 0, 4]]);
 * const chart = correlationHeatmap(gram, { classes: [0, 1, 0], classNames: ['cat', 'dog'] });
 * console.log(chart.data.values.length); // → 2
 * ```
 */
export function correlationHeatmap(gram: AnyArray, options: CorrelationHeatmapOptions = {}): Chart {
  const read = readOptions('correlationHeatmap', options, correlationHeatmapOptions);
  const k = readMatrix('correlationHeatmap', 'gram', gram);
  const n = k.rows;
  if (n !== k.columns || n === 0) {
    throw new ShapeError(`correlationHeatmap: gram must be square, got [${k.rows}, ${k.columns}].`);
  }
  const { title, size } = read;
  const classes = read.classes ? Array.from(read.classes) : new Array<number>(n).fill(0);
  if (classes.length !== n) {
    throw new ShapeError(
      `correlationHeatmap: classes needs one for each of ${n} samples, got ${classes.length}.`,
    );
  }
  const order = [...classes.keys()].sort((a, b) => classes[a] - classes[b] || a - b);
  const correlations = order.flatMap((i) =>
    order.map((j) => k.get(i, j) / Math.sqrt(k.get(i, i) * k.get(j, j))),
  );
  const [low, high] = middleOf(correlations.filter((_, at) => Math.floor(at / n) !== at % n));

  const side = { type: 'quantitative', scale: { domain: [0, n], nice: false, zero: false } };
  const marks = read.classes ? marksOf(classes, read.classNames) : [];
  const axis = {
    title: marks.length > 0 ? 'class' : 'sample',
    grid: false,
    ...(marks.length > 0 && {
      values: marks.map(({ middle }) => middle),
      labelExpr: `${JSON.stringify(Object.fromEntries(marks.map(({ middle, name }) => [middle, name])))}[datum.value]`,
      ticks: false,
      labelOverlap: false,
    }),
  };
  const x = { ...side, field: 'from', axis: { ...axis, orient: 'bottom' } };
  const y = { ...side, scale: { ...side.scale, reverse: true }, field: 'from', axis };
  const edge = { type: 'rule', color: 'white', strokeWidth: 1 };
  const picture = { url: dataUrl(pngOf(correlations, n, low, high, size)) };
  return {
    $schema: chartSchema,
    title,
    width: size,
    height: size,
    data: { values: marks },
    layer: [
      {
        data: { values: [picture] },
        mark: { type: 'image', width: size, height: size, aspect: false, aria: false },
        encoding: { url: { field: 'url', type: 'nominal' }, x: { value: size / 2 }, y: { value: size / 2 } },
      },
      { transform: [{ filter: 'datum.from > 0' }], mark: edge, encoding: { x } },
      { transform: [{ filter: 'datum.from > 0' }], mark: edge, encoding: { y } },
      {
        data: { values: [{ value: low }, { value: high }] },
        mark: { type: 'point', opacity: 0 },
        encoding: {
          color: {
            field: 'value',
            type: 'quantitative',
            title: 'correlation',
            scale: {
              domain: colours.map((_, i) => low + ((high - low) * i) / (colours.length - 1)),
              range: colours.map((rgb) => `rgb(${rgb.join(', ')})`),
              interpolate: 'rgb',
            },
            legend: { gradientLength: size / 2, format: '.2f' },
          },
        },
      },
    ],
  };
}

/** Where each class begins in the sorted order, and the middle of it, for its name. */
function marksOf(classes: readonly number[], names: readonly string[] | undefined) {
  const present = [...new Set(classes)].sort((a, b) => a - b);
  let from = 0;
  return present.map((label) => {
    const count = classes.filter((other) => other === label).length;
    const name = names ? names[label] : `${label}`;
    if (name === undefined) {
      throw new ShapeError(
        `correlationHeatmap: classNames needs a name for class ${label}, got ${names!.length} names.`,
      );
    }
    const mark = { name, from, middle: from + count / 2 };
    from += count;
    return mark;
  });
}

/** The values between which all but 2 % at either end lie; of one sample alone 0 and 1. */
function middleOf(values: readonly number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [at(0.02), at(0.98)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

/** The cells as a PNG of about `size` pixels a side, each repeated: viewers would blur them. */
function pngOf(values: readonly number[], n: number, low: number, high: number, size: number): Uint8Array {
  const scale = Math.max(1, Math.round((2 * size) / n));
  const side = n * scale;
  const data = new Uint8Array(side * side * 3);
  const cells = values.map((value) => colourAt((value - low) / (high - low)));
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const cell = cells[Math.floor(row / scale) * n + Math.floor(column / scale)];
      data.set(cell, (row * side + column) * 3);
    }
  }
  return encode({ width: side, height: side, data, channels: 3, depth: 8 });
}

/** The colour of a share from 0 to 1; what is beyond has that of the end, NaN that of 0. */
function colourAt(share: number): number[] {
  const clipped = Math.min(1, Math.max(0, share)) || 0;
  const steps = colours.length - 1;
  const at = Math.min(steps - 1, Math.floor(clipped * steps));
  const part = clipped * steps - at;
  return colours[at].map((from, channel) => Math.round(from + part * (colours[at + 1][channel] - from)));
}
