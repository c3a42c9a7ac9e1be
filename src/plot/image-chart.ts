import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, byDefault, optional, readOptions } from '../base/options.js';
import { type Chart, chartSchema } from './chart.js';
import { dataUrl } from './data-url.js';
import { extent, type ImageGridOptions, imageGrid, imageGridOptions } from './image-grid.js';

/** What an {@link imageChart} says beside the images. */
export interface ImageChartOptions {
  /** The heading. */
  readonly title: string;
  /** A text under each image. Default: none. */
  readonly captions?: readonly string[];
  /** A text before each row. Default: none. */
  readonly rowNames?: readonly string[];
  /** Images in a row. Default: all up to 10, else 10. */
  readonly columns?: number;
  /** Integer factor by which each pixel is repeated in both directions. Default 2. */
  readonly scale?: number;
  /** Which values become black and white, as in `imageGrid`. Default `'image'`. */
  readonly range?: ImageGridOptions['range'];
}

const texts = optional(anything<readonly string[]>());

const imageChartOptions = {
  title: anything<string>(),
  captions: texts,
  rowNames: texts,
  columns: optional(anything<number>()),
  scale: byDefault(2, anything<number>()),
  range: imageGridOptions.range,
};

/**
 * A chart of images side by side, row by row, with a heading, names of rows and a caption under each.
 *
 * @param images `[n, h, w, c]`, c = 1 (grey) or 3 (RGB), in any range.
 * @returns a Vega-Lite specification, with the images embedded.
 * @throws ShapeError when the images or the number of texts do not fit; UnsupportedError for an unknown option.
 * @example
 * ```ts
 * import { imageChart } from 'neural-tangents';
 *
 * const ramps = { shape: [2, 1, 3, 1], data: Float64Array.of(-1, 0, 1, 5, 4, 3) };
 * const chart = imageChart(ramps, { title: 'Ramps', captions: ['up', 'down'] });
 * console.log(chart.data.values[1].caption); // → down
 * ```
 */
export function imageChart(images: AnyArray, options: ImageChartOptions): Chart {
  const read = readOptions('imageChart', options, imageChartOptions);
  const { shape, data } = readArray('imageChart', 'images', images);
  const [n, ...one] = shape;
  const { title, captions, rowNames, scale, range, columns = Math.min(10, n) } = read;
  const rows = Math.ceil(n / columns);
  checkTexts('captions', captions, n);
  checkTexts('rowNames', rowNames, rows);
  const size = sizeOf(one);
  const common = range === 'shared' ? extent(data) : range;
  const values = Array.from({ length: n }, (_, i) => {
    const image = { shape: [1, ...one], data: data.subarray(i * size, (i + 1) * size) };
    const png = imageGrid(image, { scale: 2 * scale, range: common });
    const place = { row: Math.floor(i / columns), column: i % columns };
    return { ...place, url: dataUrl(png), caption: captions?.[i] ?? '' };
  });
  const [height, width] = [one[0] * scale, one[1] * scale];
  const x = { field: 'column', type: 'ordinal', axis: null };
  const names = rowNames && { labelExpr: `${JSON.stringify(rowNames)}[datum.value]`, title: null };
  const look = { domain: false, ticks: false, labelLimit: 240, labelPadding: 8 };
  const y = { field: 'row', type: 'ordinal', axis: names ? { ...names, ...look } : null };
  return {
    $schema: chartSchema,
    title,
    width: { step: width + 8 },
    height: { step: height + (captions ? 22 : 8) },
    data: { values },
    encoding: { x, y },
    layer: [
      {
        mark: { type: 'image', width, height, aspect: false, aria: false },
        encoding: { url: { field: 'url', type: 'nominal' } },
      },
      {
        mark: { type: 'text', dy: height / 2 + 9, fontSize: 11 },
        encoding: { text: { field: 'caption', type: 'nominal' } },
      },
    ],
    config: { title: { anchor: 'start' }, view: { stroke: null } },
  };
}

function checkTexts(option: string, texts: readonly string[] | undefined, count: number): void {
  if (texts && texts.length !== count) {
    throw new ShapeError(`imageChart: ${option} needs one text each (${count}), got ${texts.length}.`);
  }
}
