import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { expect, inject, it } from 'vitest';
import { root, run } from './packed.js';

const { folder } = inject('packed');
const { exports: exported } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs a module's text in the project that has the package installed. */
const evaluate = (source: string): string =>
  run(process.execPath, ['--input-type=module', '--eval', source], folder).trim();

const page = `
import { gram } from 'neural-tangents';
import { Conv, Dense, Flatten, Relu, serial } from 'neural-tangents/stax';
const { kernel } = serial(Conv(64, [3, 3]), Relu(), Flatten(), Dense(10));
const images = { shape: [2, 4, 4, 1], data: new Float64Array(32).fill(0.5) };
console.log(await gram(kernel, images, null, { get: 'ntk' }));
`;

it('a page that computes a Gram matrix of a network costs at most 120 KiB, gzipped', () => {
  writeFileSync(join(folder, 'page.js'), page);
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: folder,
    entryPoints: ['page.js'],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
  });
  expect(gzipSync(outputFiles[0].contents, { level: 9 }).length).toBeLessThanOrEqual(120 * 1024);
  // An import of 'ml-matrix' past base/ml-matrix.ts would bring 9 kB of decompositions.
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('/ml-matrix/'))).toEqual([]);
});

/** Processor time, as the wall clock is also that of other programs. */
const importCost = `
const before = process.cpuUsage();
await import('neural-tangents');
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ milliseconds: (user + system) / 1000, tfjs: '_tfengine' in globalThis }));
`;

it('Node imports the package in at most 150 ms of computing, without tfjs', () => {
  const costs = Array.from({ length: 5 }, () => JSON.parse(evaluate(importCost)));
  expect(Math.min(...costs.map(({ milliseconds }) => milliseconds))).toBeLessThanOrEqual(150);
  expect(costs.some(({ tfjs }) => tfjs)).toBe(false);
});

it.each(Object.keys(exported).filter((path) => path !== './package.json'))('exports %s', (path) => {
  const name = path.replace('.', 'neural-tangents');
  expect(evaluate(`import * as part from '${name}'; console.log(Object.keys(part).length > 0);`)).toBe(
    'true',
  );
});
