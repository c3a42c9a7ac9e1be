import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { markdownExamples } from '../doctest/examples.js';
import { bin, root, run } from './packed.js';

const { tarball, files, folder } = inject('packed');
const examples = markdownExamples('README.md');

describe('the packed tarball', () => {
  it('holds the build and the papers that go with it, and nothing else', () => {
    const others = files.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).sort();
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');
  });

  it('passes publint --strict', () => {
    run(bin('publint'), ['run', '--strict', tarball], root);
  });

  it('passes attw --profile esm-only', () => {
    run(bin('attw'), [tarball, '--profile', 'esm-only'], root);
  });
});

describe('installed in an empty project', () => {
  it.each(examples)('$where runs and prints what it says', ({ code, output }) => {
    writeFileSync(join(folder, 'example.js'), transformSync(code, { loader: 'ts', format: 'esm' }).code);
    const printed = run(process.execPath, ['example.js'], folder);
    if (output !== null) expect(printed.trimEnd()).toBe(output);
  });

  it.each(examples)('$where type-checks against the shipped declarations', ({ code }) => {
    writeFileSync(join(folder, 'example.ts'), code);
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'];
    run(bin('tsc'), [...options, 'example.ts'], folder);
  });
});
