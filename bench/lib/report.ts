import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Dtype } from 'neural-tangents';
import type { Sizes } from './case.js';
import type { MeasuredCase } from './measure.js';
import { exponent } from './statistics.js';
import { digits, markdownTable, megabytes, thousands } from './table.js';

/** Where and when something was measured. */
export interface Machine {
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly date: string;
}

/** What a bench writes to out/bench. */
export interface Report<Row> {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

export const files = {
  bench: 'out/bench/bench.json',
  growth: 'out/bench/growth.json',
  nt: 'out/bench/nt.json',
} as const;

export function machine(): Machine {
  const [{ model }] = cpus();
  return {
    commit: commit(),
    cpu: model,
    cores: cpus().length,
    node: process.version,
    date: new Date().toISOString(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

export function write<Row>(file: string, report: Report<Row>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

export function read<Row>(file: string): Report<Row> {
  return JSON.parse(readFileSync(file, 'utf8')) as Report<Row>;
}

export const heading = ({ commit, cpu, cores, node, date }: Machine): string =>
  `Commit ${commit}, ${cpu} (${cores} cores), Node ${node}, ${date.slice(0, 10)}.`;

/** Sizes as in `16×64, 32×32×3`. */
const sizesText = ({ n1, n2, shape }: Sizes): string => `${n1}×${n2}, ${shape.join('×')}`;

/** The table of `npm run bench`. */
export function benchTable(rows: readonly MeasuredCase[]): string {
  const head = [
    ...['case', 'variant', 'ms', 'least–most', 'GFLOP/s', 'difference to f64'],
    ...['peak above result, MB', 'ratio', 'predicted ÷ measured'],
  ];
  const cells = rows.flatMap((row) =>
    row.measured.map((m, i) => [
      i === 0 ? `${row.title} (${sizesText(row.sizes)}), per ${row.per}` : '',
      m.variant,
      digits(m.time.median),
      `${digits(m.time.least)}–${digits(m.time.most)}`,
      m.gigaflops === null ? '' : digits(m.gigaflops),
      m.accuracy === 0 ? '0' : m.accuracy.toExponential(1),
      megabytes(m.peakBytes),
      m.ratio ? `${digits(m.ratio.times)}× ${m.ratio.against}` : '',
      m.prediction ? digits((1000 * m.prediction.seconds) / (m.time.median * m.entries)) : '',
    ]),
  );
  return markdownTable(head, cells);
}

/** What the plans count, in f32 or f64 alike. */
export function countsTable(rows: readonly MeasuredCase[]): string {
  const head = ['case', 'pixels a pair', 'f32: MB a thread', 'f64: MB a thread', 'ns a pixel, f32', 'f64'];
  const cells = rows.flatMap((row) => {
    const [f32, f64] = ['f32', 'f64'].map((name) =>
      row.measured.find(({ variant, prediction }) => prediction && variant === `${name}, 1 thread`),
    );
    if (!f32?.prediction || !f64?.prediction) return [];
    const pairs = row.sizes.n1 * row.sizes.n2;
    const nanoseconds = (m: typeof f32) =>
      digits((1e6 * m.time.median * m.entries) / pairs / m.prediction!.pixelsPerPair);
    return [
      [
        row.title,
        thousands(f32.prediction.pixelsPerPair),
        megabytes(f32.prediction.workerBytes),
        megabytes(f64.prediction.workerBytes),
        nanoseconds(f32),
        nanoseconds(f64),
      ],
    ];
  });
  return markdownTable(head, cells);
}

/** The table of `npm run bench -- --growth`. */
export function growthTable(rows: readonly MeasuredCase[]): string {
  const cells = rows.map(({ title, measured }) => {
    const xs = measured.map(({ variant }) => Number(variant));
    const times = measured.map(({ time }) => time.median);
    const work = measured.map(({ prediction }) => prediction!.pixelsPerPair);
    const perPair = work[0] === work[work.length - 1] ? '0' : exponent(xs, work).toFixed(2);
    return [title, xs.join(', '), times.map(digits).join(', '), exponent(xs, times).toFixed(2), perPair];
  });
  return markdownTable(
    ['what grows', 'values', 'ms', 'exponent of the time', 'exponent of the pixels a pair'],
    cells,
  );
}

/** A case in one precision: milliseconds of an entry or a run, Neural Tangents' and ours. */
export interface NtRow {
  readonly case: string;
  readonly title: string;
  readonly per: MeasuredCase['per'];
  readonly dtype: Dtype;
  /** Sizes that fit into Neural Tangents' memory, and those that ours was timed at. */
  readonly ntSizes: Sizes;
  readonly sizes: Sizes;
  /** Null where it failed; `failure` says how. */
  readonly nt: { readonly ms: number; readonly jax: string; readonly difference: number } | null;
  readonly failure?: string;
  /** Ours at Neural Tangents' sizes, and at ours. */
  readonly same: number;
  readonly ours: number;
  /** Every round's run. */
  readonly ms: {
    readonly nt: readonly number[];
    readonly same: readonly number[];
    readonly ours: readonly number[];
  };
}

/** The table of `npm run bench:nt`; a precision in which Neural Tangents fails is compared with its float32. */
export function ntTable(rows: readonly NtRow[]): string {
  const head = [
    ...['case', 'dtype', 'NT, ms', 'ours at its sizes', 'ours', 'NT ÷ ours at its sizes', 'NT ÷ ours'],
    'difference of the numbers',
  ];
  const cells = rows.map((row) => {
    const other = rows.find(({ case: name, nt }) => name === row.case && nt);
    const nt = row.nt ?? other?.nt;
    const mark = row.nt ? '' : nt ? ` (its ${other!.dtype})` : '';
    const ratio = (ours: number) => (nt ? `${digits(nt.ms / ours)}×${mark}` : '');
    return [
      `${row.title} (${sizesText(row.ntSizes)}; ours ${row.sizes.n1}×${row.sizes.n2}), per ${row.per}`,
      row.dtype,
      row.nt ? digits(row.nt.ms) : `fails: ${row.failure}`,
      digits(row.same),
      digits(row.ours),
      ratio(row.same),
      ratio(row.ours),
      row.nt ? row.nt.difference.toExponential(1) : '',
    ];
  });
  return markdownTable(head, cells);
}

/** What `npm run bench -- --smoke` prints: counts alone, the same on every machine. */
export function countsText(rows: readonly MeasuredCase[]): string {
  const counted = rows.flatMap(({ case: name, measured, skipped }) => [
    ...measured.map((m) => {
      const work = m.prediction
        ? `, ${thousands(m.prediction.pixelsPerPair)} pixels a pair, ${thousands(m.prediction.workerBytes)} bytes a thread`
        : '';
      return `${name} / ${m.variant}: ${thousands(m.resultBytes)} bytes of result${work}`;
    }),
    ...skipped.map(({ variant, reason }) => `${name} / ${variant}: skipped, ${reason}`),
  ]);
  return counted.join('\n');
}
