import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownExamples } from '../doctest/examples.js';

const root = resolve(import.meta.dirname, '../..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
const examples = markdownExamples('README.md');

let folder: string;
let tarball: string;
let packed: string[];

/** Runs a command and returns what it printed; a failure's message holds all its output. */
function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'neural-tangents-package-'));
  // prepack builds; its output comes before the JSON.
  const report = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  const [{ filename, files }] = JSON.parse(report.slice(report.lastIndexOf('\n[') + 1));
  tarball = join(folder, filename);
  packed = files.map(({ path }: { path: string }) => path);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball', () => {
  it('holds the build and the papers that go with it, and nothing else', () => {
    const others = packed.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).sort();
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(packed).toContain('dist/index.js');
    expect(packed).toContain('dist/index.d.ts');
  });

  it('passes publint --strict', () => {
    run(bin('publint'), ['run', '--strict', tarball], root);
  });

  it('passes attw --profile esm-only', () => {
    run(bin('attw'), [tarball, '--profile', 'esm-only'], root);
  }, 120_000);
});

describe('installed in an empty project', () => {
  let project: string;

  beforeAll(() => {
    project = mkdtempSync(join(folder, 'project-'));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', tarball], project);
  }, 300_000);

  it.each(examples)('$where runs and prints what it says', ({ code, output }) => {
    writeFileSync(join(project, 'example.js'), transformSync(code, { loader: 'ts', format: 'esm' }).code);
    const printed = run(process.execPath, ['example.js'], project);
    if (output !== null) expect(printed.trimEnd()).toBe(output);
  });

  it.each(examples)('$where type-checks against the shipped declarations', ({ code }) => {
    writeFileSync(join(project, 'example.ts'), code);
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'];
    run(bin('tsc'), [...options, 'example.ts'], project);
  });
});
