import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageChart, labelHeatmap, lossCurve, type NdArray } from 'neural-tangents';
import { toSvg } from '../shared/svg.js';
import type { Outcome } from './experiment.js';

/**
 * Draws what came out of one network: the images before and after, the losses of KIP, the labels that were learned.
 *
 * @returns the paths of the files, none if there is nothing to draw yet.
 */
export async function drawPictures(
  folder: string,
  net: string,
  outcomes: readonly Outcome[],
): Promise<string[]> {
  if (outcomes.length === 0) return [];
  const files: [name: string, content: string | Uint8Array][] = [];

  const learned = outcomes.filter(({ history }) => history.length > 0);
  const sets = [outcomes[0], ...learned].map(({ support }) => support.images);
  const rowsOfSet = outcomes[0].support.images.shape[0] / 10;
  const names = ['random subset', ...learned.map(({ method }) => method)];
  files.push([
    'images.svg',
    await toSvg(
      imageChart(stacked(sets), {
        title: `${net}: images before and after distillation`,
        rowNames: names.flatMap((name) => [name, ...new Array<string>(rowsOfSet - 1).fill('')]),
        columns: 10,
      }),
    ),
  ]);

  if (learned.length > 0) {
    const series = learned.map(({ method, history }) => ({ name: method, points: history }));
    files.push(['loss.svg', await toSvg(lossCurve(series, `${net}: loss on each step's targets`))]);
  }
  for (const { method, support } of outcomes) {
    if (method !== 'Label Solve' && method !== 'KIP + labels') continue;
    const title = `${net}: labels of ${method}`;
    const name = `${method.toLowerCase().replace(/\W+/g, '-')}.svg`;
    files.push([name, await toSvg(labelHeatmap(support.labels, { title }))]);
  }

  mkdirSync(folder, { recursive: true });
  return files.map(([name, content]) => {
    const path = join(folder, `${net}-${name}`);
    writeFileSync(path, content);
    return path;
  });
}

/** Sets of images one after the other; each fills whole rows of ten, as there are ten classes. */
function stacked(sets: readonly NdArray[]): NdArray {
  const [, ...shape] = sets[0].shape;
  const data = Float64Array.from(sets.flatMap((set) => [...set.data]));
  return { shape: [sets.reduce((n, set) => n + set.shape[0], 0), ...shape], data };
}
