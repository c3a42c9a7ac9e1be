import { readFileSync } from 'node:fs';
import { checkpoints } from '../../src/distill/checkpoints.js';
import { loadKip } from '../../src/distill/saved-kip.js';

// Saves a run over and over, as later and later steps, until it is killed.
const [source, folder] = process.argv.slice(2);
const { save, latest } = checkpoints(folder, { every: 1, keep: 2 });
const run = loadKip(new Uint8Array(readFileSync(source)));
for (let step = ((await latest())?.step ?? 0) + 1; ; step++) {
  await save({ ...run.history[0], step, steps: step, result: { ...run, step } });
  process.stdout.write('.');
}
