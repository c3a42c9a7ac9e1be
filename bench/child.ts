/** One variant of one case in a process of its own; bench/lib/processes.ts starts it and says when to run. */
import { caseOf } from './cases/index.js';
import { type Run, type Scale, SkipError } from './lib/case.js';
import { peakBytes, resetPeak } from './lib/memory.js';
import type { FirstReply, Reply, Request } from './lib/processes.js';

/** How many of a result's numbers are compared. */
const COMPARED = 4096;

const [caseName, variantName, scale] = process.argv.slice(2);
const reply = (message: Reply) => process.send!(message);

const { sizes, variants } = caseOf(caseName);
const variant = variants.find(({ name }) => name === variantName)!;
let run: Run;

process.on('message', async (request: Request) => {
  try {
    if (request === 'first') reply(await firstRun());
    else if (request === 'round') reply({ ms: await timed(async (read) => void read().length) });
    else reply({ prediction: (await run.predict?.()) ?? null });
  } catch (error) {
    reply({ error: (error as Error).stack ?? String(error) });
  }
});

try {
  run = await variant.prepare(sizes[scale as Scale]);
  reply({ ready: { entries: run.entries, resultBytes: run.resultBytes, flops: run.flops ?? null } });
} catch (error) {
  if (!(error instanceof SkipError)) throw error;
  reply({ skipped: error.message });
}

/** The first run warms up, counts memory and yields the numbers. */
async function firstRun(): Promise<FirstReply> {
  const before = resetPeak();
  let values: ArrayLike<number> = [];
  let peak = 0;
  await timed(async (read) => {
    peak = peakBytes();
    values = read();
  });
  if (values.length !== run.count)
    throw new Error(`bench: got ${values.length} numbers, expected ${run.count}`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new Error(`bench: number ${i} of the result is ${values[i]}`);
  }
  const step = Math.max(1, Math.floor(values.length / COMPARED));
  const sample = Array.from({ length: Math.min(values.length, COMPARED) }, (_, i) => values[i * step]);
  return { sample, count: values.length, peakBytes: Math.max(0, peak - before - run.resultBytes) };
}

async function timed(consume: (read: () => ArrayLike<number>) => Promise<void>): Promise<number> {
  const start = performance.now();
  const read = await run.once();
  const ms = performance.now() - start;
  await consume(read);
  return ms;
}
