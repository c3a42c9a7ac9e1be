export type { Chart } from './chart.js';
export { type CorrelationHeatmapOptions, correlationHeatmap } from './correlation-heatmap.js';
export { type ImageChartOptions, imageChart } from './image-chart.js';
export { type ImageGridOptions, imageGrid } from './image-grid.js';
export { type LabelHeatmapOptions, labelHeatmap } from './label-heatmap.js';
export { type LineChartOptions, type LineSeries, lineChart } from './line-chart.js';
export { type LossSeries, lossCurve } from './loss-curve.js';
export { type BandSeries, type RegressionBandOptions, regressionBand } from './regression-band.js';
