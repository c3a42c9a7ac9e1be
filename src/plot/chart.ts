/**
 * A chart as a Vega-Lite v6 specification: plain JSON, to be rendered with `vega-lite` and `vega`
 * (`new vega.View(vega.parse(vegaLite.compile(chart).spec)).toSVG()`) or pasted into any Vega-Lite viewer.
 */
export interface Chart {
  readonly $schema: string;
  readonly title: string;
  readonly data: { readonly values: readonly Readonly<Record<string, number | string>>[] };
  readonly [property: string]: unknown;
}

/** The Vega-Lite version that {@link Chart} objects are written for. */
export const chartSchema = 'https://vega.github.io/schema/vega-lite/v6.json';
