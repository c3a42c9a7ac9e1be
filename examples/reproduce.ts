/**
 * Runs a line of the papers' tables: `npm run reproduce -- NAME --data FOLDER`, names by `npm run reproduce -- --list`.
 *
 * A job writes its result to `out/reproduce/NAME.json` after every run, and goes on where it was stopped. `--page` takes such results
 * over into `examples/reproduce/results` and makes `docs/results.md` of all that are there.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { readSplit, smallSplit } from './reproduce/datasets.js';
import { type Job, jobs, small } from './reproduce/jobs.js';
import { writeReport } from './reproduce/report.js';
import { type JobResult, machine, type Run, summary } from './reproduce/results.js';
import { resultsPage } from './reproduce/results-page.js';
import { runJob } from './reproduce/run-job.js';
import { Progress } from './shared/progress.js';
import { textTable } from './shared/table.js';

/** Results that the repository keeps. */
const PUBLISHED = 'examples/reproduce/results';

interface Options {
  readonly list?: boolean;
  readonly page?: boolean;
  readonly small?: boolean;
  readonly data: string;
  readonly threads: string;
  readonly out: string;
  readonly seeds?: string;
}

const command = new Command('npm run reproduce --')
  .description("Runs lines of the papers' tables; a job that was stopped goes on.")
  .argument('[names...]', 'jobs to run')
  .option('--list', 'show the jobs, what the paper has and what is here already')
  .option('--page', 'publish the results: take them over into the repository and write docs/results.md')
  .option(
    '--data <folder>',
    'folder with mnist/, fashion-mnist/ and cifar10/, each with its published files',
    'data',
  )
  .option('--small', 'try a job: a few steps on 500 embedded digits')
  .option('--seeds <n>', 'runs of a job (default: as the job says)')
  .option('--threads <n>', 'worker threads', String(availableParallelism()))
  .option('--out <folder>', 'folder of the results', 'out/reproduce')
  .helpOption('-h, --help', 'print this')
  .parse();
const options = command.opts<Options>();
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

try {
  if (options.list) list();
  else if (options.page) publish();
  else await runAll(command.args);
} catch (error) {
  const stopped = controller.signal.aborted;
  console.error(
    stopped ? 'Stopped; the same command goes on from here.' : `reproduce: ${(error as Error).message}`,
  );
  process.exitCode = stopped ? 130 : 1;
}

async function runAll(names: readonly string[]): Promise<void> {
  if (names.length === 0) command.help();
  const chosen = names.map((name): Job => {
    const job = jobs.find((candidate) => candidate.name === name);
    if (job) return options.small ? small(job) : job;
    throw new RangeError(`there is no job ${name}. npm run reproduce -- --list shows all.`);
  });
  mkdirSync(options.out, { recursive: true });
  for (const job of chosen) await runOne(job);
}

/** Runs what of a job is not done yet. */
async function runOne(job: Job): Promise<void> {
  const threads = Number(options.threads);
  const split = await (options.small ? smallSplit() : readSplit(options.data, job.dataset, job.zca));
  const data = { train: split.train.labels.length, test: split.test.labels.length };
  let runs: readonly Run[] = readResults(options.out).get(job.name)?.runs ?? [];
  const seeds = options.seeds === undefined ? job.seeds : Number(options.seeds);
  for (let seed = 1; seed <= seeds; seed++) {
    if (runs.some((run) => run.seed === seed)) continue;
    const progress = new Progress(`${job.name}, seed ${seed}`);
    const folder = join(options.out, job.name);
    try {
      runs = [
        ...runs,
        await runJob(job, { split, seed, threads, folder, signal: controller.signal, progress }),
      ];
    } finally {
      progress.stop();
    }
    writeResult(options.out, { job, runs, data, machine: machine(threads) });
  }
  if (job.method === 'KIP') {
    const file = await writeReport(options.out, { job, runs, data, machine: machine(threads) }, split);
    console.log(`Report: ${file}`);
  }
  console.log(`${job.name}: ${summary(runs)} % (paper: ${job.paper} %)`);
}

/** Takes the results of this machine over into the repository, and writes the page of all that are there. */
function publish(): void {
  mkdirSync(PUBLISHED, { recursive: true });
  for (const result of readResults(options.out).values()) writeResult(PUBLISHED, result);
  writeFileSync('docs/results.md', resultsPage(jobs, readResults(PUBLISHED)));
}

function writeResult(folder: string, result: JobResult): void {
  const file = join(folder, `${result.job.name}.json`);
  writeFileSync(`${file}.partial`, `${JSON.stringify(result, null, 2)}\n`);
  renameSync(`${file}.partial`, file);
}

function readResults(folder: string): Map<string, JobResult> {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const results = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as JobResult);
  return new Map(results.map((result) => [result.job.name, result]));
}

function list(): void {
  const results = readResults(options.out);
  const rows = jobs.map(({ name, method, paper, seeds }) => {
    const runs = results.get(name)?.runs ?? [];
    return [name, method, paper, runs.length > 0 ? summary(runs) : '-', `${runs.length} of ${seeds}`];
  });
  console.log(textTable(['job', 'method', 'paper, %', 'here, %', 'runs'], rows));
}
