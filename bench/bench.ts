/**
 * Times the engine beside baselines that are not ours: `npm run bench`, minutes. See `npm run bench -- --help`.
 *
 * Prints a table and writes out/bench/bench.json, or growth.json with `--growth`.
 */
import { Command } from 'commander';
import { caseOf, cases, series } from './cases/index.js';
import type { Scale } from './lib/case.js';
import { type MeasuredCase, measure } from './lib/measure.js';
import { benchTable, countsText, files, growthTable, heading, machine, write } from './lib/report.js';

interface Options {
  readonly smoke?: boolean;
  readonly full?: boolean;
  readonly growth?: boolean;
  readonly case?: string[];
  readonly rounds: string;
}

const options = new Command('bench')
  .option('--smoke', 'seconds: runs everything small and prints counts, no times')
  .option('--full', 'the sizes of docs/performance.md: an hour')
  .option('--growth', 'fits exponents of the time against samples, pixels, depth and displacements')
  .option('--case <names...>', `only these of: ${cases.map(({ name }) => name).join(', ')}`)
  .option('--rounds <count>', 'timed runs of each variant, after one that warms up', '5')
  .parse()
  .opts<Options>();

const scale: Scale = options.smoke ? 'smoke' : options.full ? 'full' : 'default';
const chosen = options.case?.map(caseOf) ?? (options.growth ? series : cases);
const rounds = options.smoke ? 1 : Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds >= 1))
  throw new RangeError('bench: --rounds needs a number above 0');

const where = machine();
const rows: MeasuredCase[] = [];
for (const one of chosen) {
  console.error(`${one.name} …`);
  rows.push(await measure(one, scale, rounds));
}

if (options.smoke) {
  console.log(countsText(rows));
} else {
  console.log(`${heading(where)}\n\n${options.growth ? growthTable(rows) : benchTable(rows)}`);
  for (const { case: name, skipped } of rows)
    for (const { variant, reason } of skipped) console.log(`Skipped: ${name}, ${variant}: ${reason}`);
  const file = options.growth ? files.growth : files.bench;
  write(file, { machine: where, rows });
  console.log(`\nWritten to ${file}.`);
}
