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
    'written by `npm run reproduce -- --page` from the results of `npm run reproduce -- NAME`. Time is that of one run, without its tests.',
    '',
    '| job | data, images | kernel, method | paper | here | runs | steps × targets | time |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    'Run on:',
    '',
    ...machines,
    ...(waiting.length > 0 ? ['', `Not run yet: ${waiting.join(', ')}.`] : []),
    '',
  ].join('\n');
}

function tableRow({ job, runs }: JobResult): string {
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  const cells = [
    `\`${job.name}\``,
    `${datasets[job.dataset].title}, ${job.support}`,
    `${job.kernel}, ${job.method}${job.method === 'KIP' ? `, labels ${job.labels}` : ''}`,
    `${job.paper} (${job.source})`,
    `**${summary(runs)}**`,
    String(runs.length),
    job.method === 'KIP' ? `${job.steps} × ${targetsText(job.targets)}` : 'all',
    duration(seconds),
  ];
  return `| ${cells.join(' | ')} |`;
}

function targetsText(targets: Extract<Job, { method: 'KIP' }>['targets']): string {
  return typeof targets === 'number'
    ? String(targets)
    : `${targets.from}–${'to' in targets ? targets.to : '…'}`;
}
