import { UnsupportedError } from '../base/errors.js';
import { anything, byDefault, isWhole, readOptions, rule } from '../base/options.js';
import { FormatError } from '../data/format-error.js';
import type { KipProgress } from './kip-options.js';
import type { KipResult } from './kip-state.js';
import { loadKip, saveKip } from './saved-kip.js';

/** Options of {@link checkpoints}. */
export interface CheckpointOptions {
  /** Steps between two checkpoints; the last step is saved too. Default 20. */
  readonly every?: number;
  /** How many of the last ones are kept, default 3. */
  readonly keep?: number;
  /** What the files' names begin with, default `kip`. */
  readonly name?: string;
}

const count = rule('needs a whole number of at least 1', isWhole(1));
const checkpointOptions = {
  every: byDefault(20, count),
  keep: byDefault(3, count),
  name: byDefault('kip', anything<string>()),
};

/** A folder of saved runs. */
export interface Checkpoints {
  /** Saves a run where it is due; to be passed to `kip` as `onProgress`. */
  readonly save: (progress: KipProgress) => Promise<void>;
  /** The newest run that is whole, or null. */
  readonly latest: () => Promise<KipResult | null>;
}

/**
 * A folder in which a run of `kip` is saved every few steps, so that it can go on after whatever stops it.
 *
 * Files are named `<name>_ckpt<step>.npz`. A file is written beside its place, brought to the disk and then renamed: under its
 * name it is whole, or not there. An older file goes only after the newer one has its name.
 *
 * @param directory made if it is not there
 * @throws UnsupportedError where there is no file system, as in browsers: keep the bytes of `saveKip` there.
 * @throws RangeError when an option is out of range.
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { checkpoints, kip, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, 2, 1) };
 * const train = { images, labels: Int32Array.of(0, 1, 1, 0), numClasses: 2 };
 * const { save, latest } = checkpoints(await mkdtemp(`${tmpdir()}/run-`), { every: 2 });
 * await kip(kernel, train, { supportSize: 2, steps: 4, onProgress: save });
 * const resume = await latest();
 * console.log(resume?.step); // 4
 * ```
 */
export function checkpoints(directory: string, options: CheckpointOptions = {}): Checkpoints {
  const { every, keep, name } = readOptions('checkpoints', options, checkpointOptions);
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const path = globalThis.process?.getBuiltinModule?.('node:path');
  if (!files || !path) {
    throw new UnsupportedError(
      'checkpoints: needs a file system, as Node has. Keep the bytes of saveKip(progress.result) yourself.',
    );
  }
  const [before, after] = [`${name}_ckpt`, '.npz'];

  /** Steps of the files that are there, the newest first. */
  const stepsOf = async (): Promise<number[]> => {
    const names = await files.readdir(directory).catch(() => [] as string[]);
    return names
      .filter((file) => file.startsWith(before) && file.endsWith(after))
      .map((file) => Number(file.slice(before.length, -after.length)))
      .filter(Number.isInteger)
      .sort((a, b) => b - a);
  };
  const fileOf = (step: number) => path.join(directory, `${before}${step}${after}`);

  return {
    async save({ step, steps, result }) {
      if (step % every !== 0 && step !== steps) return;
      await files.mkdir(directory, { recursive: true });
      const partial = `${fileOf(step)}.partial`;
      try {
        const handle = await files.open(partial, 'w');
        try {
          await handle.writeFile(saveKip(result));
          await handle.sync();
        } finally {
          await handle.close();
        }
        await files.rename(partial, fileOf(step));
      } catch (error) {
        await files.rm(partial, { force: true });
        throw error;
      }
      const old = (await stepsOf()).filter((saved) => saved <= step).slice(keep);
      for (const saved of old) await files.rm(fileOf(saved), { force: true });
    },
    async latest() {
      for (const step of await stepsOf()) {
        try {
          return loadKip(new Uint8Array(await files.readFile(fileOf(step))));
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }
      return null;
    },
  };
}
