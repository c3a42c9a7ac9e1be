import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from 'neural-tangents';
import { toSvg } from './svg.js';

const folder = 'out/examples';

/** Draws a chart into `out/examples/NAME.svg`, and says so. */
export async function draw(name: string, chart: Chart): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.svg`);
  writeFileSync(path, await toSvg(chart));
  console.log(`picture: ${path}`);
}
