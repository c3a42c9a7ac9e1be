import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Chart,
  checkpoints,
  type EigenBand,
  eigenBands,
  intrinsicDimension,
  type KipResult,
  kip,
  labelHeatmap,
  lossCurve,
  type Matrix,
  oneHotCentred,
  toMatrix,
} from 'neural-tangents';
import { duration } from '../shared/progress.js';
import { toSvg } from '../shared/svg.js';
import { datasets, type Split } from './datasets.js';
import type { KipJob } from './jobs.js';
import { kernels } from './kernels.js';
import { type JobResult, summary } from './results.js';
import { runFolder } from './run-job.js';

/** Images from which on the two-neighbours estimate of a dimension says something. */
const ENOUGH_FOR_DIMENSION = 50;

/**
 * One page that shows a run of KIP: what it came to, the images from first to last, accuracy and loss, labels, and where in the
 * kernel's spectrum its accuracy lies.
 *
 * @returns the page's path
 */
export async function writeReport(out: string, result: JobResult, split: Split): Promise<string> {
  const job = result.job as KipJob;
  const [run] = result.runs;
  const folder = runFolder(join(out, job.name), run.seed);
  const last = await checkpoints(folder).latest();
  if (!last) throw new Error(`${folder} has no checkpoint: run the job again`);
  const { title: dataTitle, classes } = datasets[job.dataset];
  const title = `${job.support} images of ${dataTitle}, distilled by ${job.kernel}`;
  const rowNames =
    job.support <= 20
      ? Array.from({ length: job.support }, (_, i) => classes[Math.floor((i * 10) / job.support)])
      : [];
  const charts: Chart[] = [
    accuracyChart(run.curve, 'step', 'step'),
    accuracyChart(run.curve, 'seconds', 'seconds of distilling'),
    lossCurve([{ name: 'loss', points: last.history }], 'Loss on the targets of each step'),
  ];
  if (rowNames.length > 0) {
    const options = { title: 'Labels: an image a row', rowNames, columnNames: classes };
    charts.push(labelHeatmap(last.labels, options));
  }
  if (job.labels !== 'fixed') charts.push(labelHeatmap(covariance(last), covarianceOptions(classes)));
  charts.push(await spectrumChart(job, last, split));
  const html = page(title, [
    facts(result),
    frames(folder, classes),
    `<div class="charts">${(await Promise.all(charts.map(toSvg))).map((svg) => `<figure>${svg}</figure>`).join('')}</div>`,
    dimensions(await start(job, last, split), last),
  ]);
  const file = join(out, `${job.name}.html`);
  writeFileSync(file, html);
  return file;
}

/** yᵀ y'/n of the one-hot labels y that images began with and what became of them, y': which classes stand for which. */
function covariance({ labels }: KipResult): Matrix {
  const classes = Int32Array.from({ length: labels.rows }, (_, i) =>
    Math.floor((i * labels.columns) / labels.rows),
  );
  return toMatrix(oneHotCentred(classes, labels.columns)).transpose().mmul(labels).div(labels.rows);
}

const covarianceOptions = (classes: readonly string[]) => ({
  title: 'Covariance of the first labels (rows) and the last',
  rowNames: classes,
  columnNames: classes,
});

/** The run's images before its first step. */
async function start(job: KipJob, { configuration }: KipResult, { train }: Split): Promise<KipResult> {
  const { seed } = configuration;
  return kip(kernels[job.kernel](), train, { supportSize: job.support, steps: 0, targetBatch: 100, seed });
}

function facts({ job, runs, data, machine }: JobResult): string {
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  const rows = [
    [
      'Test accuracy',
      `<b>${summary(runs)} %</b> (${runs.length} run${runs.length > 1 ? 's' : ''}, ${data.test} test images)`,
    ],
    ['In the paper', `${job.paper} % (${job.source})`],
    ['Time of a run', `${duration(seconds)}, without its tests`],
    ['Machine', machine],
  ];
  return `<table>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join('')}</table>`;
}

/** The pictures of a run with a slider. */
function frames(folder: string, classes: readonly string[]): string {
  const names = readdirSync(join(folder, 'frames')).sort();
  const list = names.map((name) => ({
    step: Number.parseInt(name, 10),
    png: readFileSync(join(folder, 'frames', name)).toString('base64'),
  }));
  const heads = classes.map((name) => `<span>${name}</span>`).join('');
  return `<figure class="frames"><div class="heads">${heads}</div><img id="frame" alt="The images of a step">
<label>Step <output id="step"></output> <input id="at" type="range" min="0" max="${list.length - 1}" value="${list.length - 1}"></label>
<figcaption>The images, class by class from left to right, each with its own grey levels. Drag to see them become what they are.</figcaption></figure>
<script>const frames=${JSON.stringify(list)};const at=document.getElementById('at');
const show=()=>{const f=frames[at.value];document.getElementById('frame').src='data:image/png;base64,'+f.png;document.getElementById('step').textContent=f.step};
at.oninput=show;show();</script>`;
}

function accuracyChart(
  curve: JobResult['runs'][number]['curve'],
  x: 'step' | 'seconds',
  axis: string,
): Chart {
  const values = curve.map((point) => ({ ...point, accuracy: 100 * point.accuracy }));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: `Accuracy on held-out images over ${axis}`,
    ...{ width: 360, height: 220 },
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: x, type: 'quantitative', title: axis },
      y: { field: 'accuracy', type: 'quantitative', title: 'accuracy, %', scale: { zero: false } },
    },
  };
}

/** Accuracy by bands of eigenvectors, of the natural images that the run began with and of the distilled ones. */
async function spectrumChart(job: KipJob, last: KipResult, split: Split): Promise<Chart> {
  const kernel = kernels[job.kernel]();
  const { images, labels } = split.test;
  const count = Math.min(500, labels.length);
  const size = images.data.length / labels.length;
  const test = {
    ...split.test,
    images: { shape: [count, ...images.shape.slice(1)], data: images.data.subarray(0, count * size) },
    labels: labels.subarray(0, count),
  };
  const { get, dtype } = last.configuration;
  const bandsOf = (support: KipResult) => eigenBands(kernel, support, test, { get, dtype });
  const values = (name: string, bands: readonly EigenBand[]) =>
    bands.map(({ from, to, accuracy }) => ({
      images: name,
      band: `${Math.round(100 * from)}–${Math.round(100 * to)} %`,
      accuracy: 100 * accuracy,
    }));
  const natural = await bandsOf(await start(job, last, split));
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Accuracy through bands of eigenvectors, largest eigenvalues first',
    ...{ width: 360, height: 220 },
    data: { values: [...values('natural', natural), ...values('distilled', await bandsOf(last))] },
    mark: 'bar',
    encoding: {
      x: { field: 'band', type: 'nominal', title: 'eigenvectors', sort: null, axis: { labelAngle: 0 } },
      xOffset: { field: 'images', sort: null },
      y: { field: 'accuracy', type: 'quantitative', title: 'accuracy, %' },
      color: { field: 'images', title: null, sort: null },
    },
  };
}

function dimensions(first: KipResult, last: KipResult): string {
  if (last.labels.rows < ENOUGH_FOR_DIMENSION) return '';
  const [before, after] = [first, last].map(({ images }) => intrinsicDimension(images).toFixed(1));
  return `<p>Intrinsic dimension by two nearest neighbours: ${before} before, ${after} after.</p>`;
}

function page(title: string, parts: readonly string[]): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:68rem;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.6rem}table{border-collapse:collapse}th{text-align:left;font-weight:normal;color:#666;padding:.2rem 1.5rem .2rem 0}
figure{margin:1.5rem 0}.charts{display:flex;flex-wrap:wrap;gap:1rem 2rem}.charts figure{margin:0;max-width:100%}svg{max-width:100%;height:auto}
.frames img{display:block;width:100%;max-width:58rem;image-rendering:pixelated}.heads{display:flex;max-width:58rem;font-size:.8rem;color:#666}
.heads span{flex:1;text-align:center}.frames label{display:flex;gap:.7rem;align-items:center}.frames input{flex:1;max-width:30rem}figcaption{color:#666}
</style><h1>${title}</h1>${parts.join('\n')}</html>
`;
}
