import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

it('differentiates every layer with tfjs-core and a backend alone, which register no gradients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tf-core-alone-'));
  const outfile = join(folder, 'program.cjs');
  buildSync({
    absWorkingDir: root,
    entryPoints: ['test/base/gradients-program.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    // As a bundler resolves the package for a page: tfjs by its parts, and `#tf` not on demand.
    mainFields: ['module', 'main'],
    alias: { '#tf': join(root, 'src/base/tf.ts') },
    logLevel: 'error',
  });
  const printed = execFileSync(process.execPath, [outfile], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  rmSync(folder, { recursive: true });
  const { differentiated, failed } = JSON.parse(printed);
  expect(differentiated).toBeGreaterThan(60);
  expect(failed).toEqual([]);
});
