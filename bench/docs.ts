/** Writes the measured tables into docs/performance.md, so that no figure is typed: `npm run bench:docs`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { MeasuredCase } from './lib/measure.js';
import {
  benchTable,
  countsTable,
  files,
  growthTable,
  heading,
  type NtRow,
  ntTable,
  type Report,
  read,
} from './lib/report.js';

const page = 'docs/performance.md';
let text = readFileSync(page, 'utf8');
fill<MeasuredCase>('bench', files.bench, benchTable);
fill<MeasuredCase>('counts', files.bench, countsTable);
fill<MeasuredCase>('growth', files.growth, growthTable);
fill<NtRow>('nt', files.nt, ntTable);
writeFileSync(page, text);

/** Replaces what stands between `<!-- measured: name -->` and `<!-- end -->` by the report's table. */
function fill<Row>(name: string, file: string, table: (rows: readonly Row[]) => string): void {
  if (!existsSync(file)) {
    console.log(`${page}: ${name} stays as it is, there is no ${file}`);
    return;
  }
  const { machine, rows }: Report<Row> = read(file);
  const start = `<!-- measured: ${name} -->`;
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf('<!-- end -->', from);
  if (from < start.length || to < 0)
    throw new Error(`bench:docs: ${page} has no part ${start} … <!-- end -->`);
  text = `${text.slice(0, from)}\n${heading(machine)}\n\n${table(rows)}\n${text.slice(to)}`;
  console.log(`${page}: ${name} written`);
}
