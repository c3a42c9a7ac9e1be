/**
 * Times Neural Tangents beside the engine, a round of one after a round of the other:
 * `npm run bench:nt -- --python PATH`, where PATH is a Python that can import `neural_tangents` (docs/performance.md says
 * how to install one). Prints the ratios and writes out/bench/nt.json.
 */
import { Command } from 'commander';
import type { Dtype } from 'neural-tangents';
import { engineVariant, kernelCases } from './cases/kernels.js';
import type { Case } from './lib/case.js';
import { startNeuralTangents } from './lib/neural-tangents.js';
import { start } from './lib/processes.js';
import { files, heading, machine, type NtRow, ntTable, write } from './lib/report.js';
import { median, relativeDifference } from './lib/statistics.js';

interface Options {
  readonly python: string;
  readonly case?: string[];
  readonly full?: boolean;
  readonly smoke?: boolean;
  readonly native?: boolean;
  readonly rounds: string;
}

const options = new Command('bench:nt')
  .requiredOption('--python <path>', 'a Python with jax and neural_tangents')
  .option('--case <names...>', `only these of: ${kernelCases.map(({ name }) => name).join(', ')}`)
  .option('--full', 'ours at the sizes of docs/performance.md')
  .option('--smoke', 'both at tiny sizes')
  .option('--native', 'ours on the native add-on, else WebAssembly')
  .option('--rounds <count>', 'timed runs of each', '5')
  .parse()
  .opts<Options>();

const rounds = Number(options.rounds);
const chosen = kernelCases.filter(({ name }) => options.case?.includes(name) ?? true);
const where = machine();
const rows: NtRow[] = [];
for (const one of chosen) {
  for (const dtype of ['float32', 'float64'] as const) {
    console.error(`${one.name}, ${dtype} …`);
    rows.push(await compare(one, dtype));
  }
}
console.log(`${heading(where)}\n\n${ntTable(rows)}`);
if (!options.smoke) {
  write(files.nt, { machine: where, rows });
  console.log(`\nWritten to ${files.nt}.`);
}

/** Neural Tangents, ours at its sizes, and ours at the sizes that ours is for, in turns. */
async function compare(one: Case, dtype: Dtype): Promise<NtRow> {
  const small = options.smoke ? 'smoke' : 'nt';
  const large = options.smoke ? 'smoke' : options.full ? 'full' : 'default';
  const { name, title, per, sizes } = one;
  const variant = engineVariant(dtype, 2, options.native);
  const same = await start(name, variant, small);
  const ours = await start(name, variant, large);
  if (typeof same === 'string') throw new Error(`bench: ${name} did not start: ${same}`);
  if (typeof ours === 'string') throw new Error(`bench: ${name} did not start: ${ours}`);
  const nt = await startNeuralTangents(options.python, name, dtype, sizes[small]);
  const row = { case: name, title, per, dtype, ntSizes: sizes[small], sizes: sizes[large] };
  try {
    const { sample } = await same.first();
    await ours.first();
    const ms = { nt: [] as number[], same: [] as number[], ours: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      if (typeof nt !== 'string') ms.nt.push(await nt.round());
      ms.same.push(await same.round());
      ms.ours.push(await ours.round());
    }
    const perEntry = {
      same: median(ms.same) / same.ready.entries,
      ours: median(ms.ours) / ours.ready.entries,
    };
    if (typeof nt === 'string') return { ...row, ...perEntry, ms, nt: null, failure: nt };
    const theirs = median(ms.nt) / same.ready.entries;
    const difference = relativeDifference(sample, nt.sample);
    return { ...row, ...perEntry, ms, nt: { ms: theirs, jax: nt.jax, difference } };
  } finally {
    for (const process of [same, ours, nt]) if (typeof process !== 'string') process.stop();
  }
}
