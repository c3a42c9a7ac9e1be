import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpoints, type KipResult, kip, saveKip } from '../../src/distill/index.js';
import { kernel, patterns } from './patterns.js';

const train = patterns(60, 3);
const options = { supportSize: 3, targetBatch: 30, steps: 9 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('checkpoints', () => {
  it('keeps the last few, the last step among them', async () => {
    const { save, latest } = checkpoints(folder, { every: 2, keep: 2, name: 'digits' });
    const run = await kip(kernel, train, { ...options, onProgress: save });
    expect((await readdir(folder)).sort()).toEqual(['digits_ckpt8.npz', 'digits_ckpt9.npz']);
    expect(await latest()).toEqual(run);
  });

  it('has none in an empty folder, and none in a folder that is not there', async () => {
    expect(await checkpoints(folder).latest()).toBeNull();
    expect(await checkpoints(path.join(folder, 'later')).latest()).toBeNull();
  });

  it('passes over a file that is cut short, and one that was never renamed', async () => {
    const { save, latest } = checkpoints(folder, { every: 3 });
    await kip(kernel, train, { ...options, onProgress: save });
    const newest = path.join(folder, 'kip_ckpt9.npz');
    const bytes = await readFile(newest);
    await writeFile(newest, bytes.subarray(0, bytes.length / 2));
    await writeFile(`${newest}.partial`, bytes);
    expect((await latest())?.step).toBe(6);
  });

  it('loses no earlier checkpoint when the disk is full', async () => {
    const { save, latest } = checkpoints(folder, { every: 3 });
    // A device that takes no byte stands where the second checkpoint is written.
    await symlink('/dev/full', path.join(folder, 'kip_ckpt6.npz.partial'));
    await expect(kip(kernel, train, { ...options, onProgress: save })).rejects.toThrow('ENOSPC');
    expect(await readdir(folder)).toEqual(['kip_ckpt3.npz']);
    const resume = (await latest()) as KipResult;
    expect((await kip(kernel, train, { resume, onProgress: save })).step).toBe(9);
  });

  it('always leaves a whole file when the process is killed', async () => {
    const program = path.join(folder, 'program.mjs');
    const saver = path.join(import.meta.dirname, 'endless-saver.ts');
    await build({ entryPoints: [saver], outfile: program, bundle: true, format: 'esm', platform: 'node' });
    const source = path.join(folder, 'source.npz');
    await writeFile(source, saveKip(await kip(kernel, train, { ...options, steps: 1 })));
    const saved = path.join(folder, 'saved');
    const { latest } = checkpoints(saved);
    for (let kill = 0, newest = 0; kill < 5; kill++) {
      const child = spawn(process.execPath, [program, source, saved]);
      const ended = once(child, 'exit');
      await once(child.stdout, 'data');
      await setTimeout(7 * kill);
      child.kill('SIGKILL');
      await ended;
      const run = await latest();
      expect(run?.step).toBeGreaterThan(newest);
      newest = run!.step;
    }
  });
});
