import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type NetName, nets, type Settings } from './nets.js';

/** What the command line says; settings that it does not give come from the net. */
export interface Options extends Partial<Settings> {
  readonly net: readonly NetName[];
  readonly support: number;
  readonly data?: string;
  readonly seed: number;
  readonly threads: number;
  readonly dtype: 'float32' | 'float64';
  readonly out: string;
}

/** Reads the command line; on `--help` or a mistake prints and ends the process. */
export function readOptions(argv: readonly string[]): Options {
  return new Command('npm run demo --')
    .description(
      'Distils handwritten digits to a few images with Label Solve and KIP, compares ridge regression from them ' +
        'with that from as many random images, and draws what came out.',
    )
    .addOption(
      new Option('--net <names>', `networks, separated by commas: ${Object.keys(nets).join(', ')}`)
        .argParser(netNames)
        .default(['fc', 'convnet'], 'all'),
    )
    .option('--support <n>', 'images to distil to, a multiple of 10', multipleOf10, 10)
    .option('--steps <n>', 'KIP steps (default: by net)', positiveInteger)
    .option('--target-batch <n>', 'targets of a KIP step, a multiple of 10 (default: by net)', multipleOf10)
    .option('--learning-rate <x>', 'learning rate of Adam (default: by net)', positiveNumber)
    .option('--ls-targets <n>', 'targets of Label Solve, a multiple of 10 (default: by net)', multipleOf10)
    .option('--test-size <n>', 'test digits, a multiple of 10 (default: by net)', multipleOf10)
    .option('--data <folder>', 'folder with MNIST-like IDX files, .gz too (default: 10,000 embedded digits)')
    .option('--seed <n>', 'seed of every random choice', nonNegativeInteger, 1)
    .option('--threads <n>', 'worker threads', positiveInteger, availableParallelism())
    .addOption(
      new Option('--dtype <type>', 'precision of the kernels')
        .choices(['float32', 'float64'])
        .default('float32'),
    )
    .option('--out <folder>', 'folder for the pictures', 'out/digits')
    .helpOption('-h, --help', 'print this')
    .parse(argv)
    .opts<Options>();
}

function netNames(text: string): NetName[] {
  return text.split(',').map((name) => {
    if (!(name in nets)) throw new InvalidArgumentError(`Known networks: ${Object.keys(nets).join(', ')}.`);
    return name as NetName;
  });
}

function nonNegativeInteger(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function positiveInteger(text: string): number {
  const value = nonNegativeInteger(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

function multipleOf10(text: string): number {
  const value = positiveInteger(text);
  if (value % 10 !== 0) throw new InvalidArgumentError('It must be a multiple of 10, the number of classes.');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('It must be positive.');
  return value;
}
