import { duration } from '../shared/progress.js';
import { datasets } from './datasets.js';
import type { Job } from './jobs.js';
import { type JobResult, summary } from './results.js';

/** The page that shows the papers' numbers beside those of the jobs that have been run. */
export function resultsPage(jobs: readonly Job[], results: ReadonlyMap<string, JobResult>): string {
  const rows = jobs.flatMap((job) => {
    const result = results.get(job.name);
    return result ? [tableRow(result)] : [];
  });
  const machines = [...new Set([...results.values()].map((result) => `* ${result.machine}`))];
  const waiting = jobs.filter(({ name }) => !results.has(name)).map(({ name }) => `\`${name}\``);
  return [
    "# The papers' numbers, and ours",
    '',
    'Test accuracy in % of kernel ridge regression from distilled images, mean and standard deviation over independent runs. This page is',
    'written by `npm run reproduce -- --page` from the results of `npm run reproduce -- NAME`, which are in `examples/reproduce/results`.',
    'Time is that of one run by the clock, without its tests; what else the machine did meanwhile counts.',
    '',
    '| job | data, images | kernel, method | paper | here | runs | steps × targets | time |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    'Run on:',
    '',
    ...machines,
    ...(waiting.length > 0 ? ['', `Not run yet: ${waiting.join(', ')}.`] : []),
    ...curves(jobs, results),
    '',
  ].join('\n');
}

/** How the networks with convolutions got there, which take long. */
function curves(jobs: readonly Job[], results: ReadonlyMap<string, JobResult>): string[] {
  const rows = jobs.flatMap(({ name, kernel }) => {
    const curve = results.get(name)?.runs[0].curve ?? [];
    if (kernel !== 'ConvNet' || curve.length === 0) return [];
    const points = curve.map(
      ({ step, seconds, accuracy }) => `${(100 * accuracy).toFixed(1)} (${step}, ${duration(seconds)})`,
    );
    return [`* \`${name}\`: ${points.join(', ')}`];
  });
  if (rows.length === 0) return [];
  return [
    '',
    '## On the way',
    '',
    'Accuracy on 1,000 test images (after so many steps, in so much time):',
    '',
    ...rows,
  ];
}

function tableRow({ job, runs }: JobResult): string {
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  const cells = [
    `\`${job.name}\``,
    `${datasets[job.dataset].title}, ${job.support}`,
    [job.kernel, job.method, ...traits(job)].join(', '),
    `${job.paper} (${job.source})`,
    `**${summary(runs)}**`,
    String(runs.length),
    job.method === 'KIP' ? `${job.steps} × ${targetsText(job.targets)}` : 'all',
    duration(seconds),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What a job does that others do not. */
function traits(job: Job): string[] {
  const whitened = job.zca ? ['ZCA'] : [];
  if (job.method === 'Label Solve') return whitened;
  return [
    `labels ${job.labels}`,
    ...(job.augmentation ? ['targets augmented'] : []),
    ...whitened,
    job.optimizer,
  ];
}

function targetsText(targets: Extract<Job, { method: 'KIP' }>['targets']): string {
  return typeof targets === 'number'
    ? String(targets)
    : `${targets.from}–${'to' in targets ? targets.to : '…'}`;
}
