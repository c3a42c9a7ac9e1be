import type { Chart } from 'neural-tangents';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A chart drawn as SVG. */
export function toSvg(chart: Chart): Promise<string> {
  return new View(parse(compile(chart as unknown as TopLevelSpec).spec)).toSVG();
}
