import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Chart,
  imageGrid,
  type LossSeries,
  labelHeatmap,
  lossCurve,
  type NdArray,
} from 'neural-tangents';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

type LabelTable = Parameters<typeof labelHeatmap>[0];

/** Writes pictures of one net into a folder and remembers their paths. */
export class Pictures {
  readonly paths: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly net: string,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** Sets of images of one shape, one below the other, ten images a row. */
  images(sets: readonly NdArray[]): void {
    const [, ...shape] = sets[0].shape;
    // A set fills whole rows, so that the next one starts on a row of its own.
    const columns = Math.min(10, sets[0].shape[0]);
    const data = Float64Array.from(sets.flatMap((set) => [...set.data]));
    const all = { shape: [sets.reduce((n, set) => n + set.shape[0], 0), ...shape], data };
    this.write('images.png', imageGrid(all, { columns, scale: 3 }));
  }

  async losses(series: readonly LossSeries[]): Promise<void> {
    this.write(
      'loss.svg',
      await toSvg(lossCurve(series, `KIP on digits (${this.net}): loss of each target batch`)),
    );
  }

  async labels(labels: LabelTable, rowNames: readonly string[]): Promise<void> {
    const title = `Learned labels (${this.net})`;
    this.write('labels.svg', await toSvg(labelHeatmap(labels, { title, rowNames })));
  }

  private write(name: string, content: string | Uint8Array): void {
    const path = join(this.folder, `${this.net}-${name}`);
    writeFileSync(path, content);
    this.paths.push(path);
  }
}

function toSvg(chart: Chart): Promise<string> {
  return new View(parse(compile(chart as unknown as TopLevelSpec).spec)).toSVG();
}
