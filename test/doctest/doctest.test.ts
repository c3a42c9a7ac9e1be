import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { folderExamples, markdownExamples, sourceExamples } from './examples.js';

const root = resolve(import.meta.dirname, '../..');
const generated = join(import.meta.dirname, 'generated');

const examples = [
  ...markdownExamples('README.md'),
  ...folderExamples('docs', ['api', '.vitepress']),
  ...sourceExamples('src'),
].map((example) => ({
  ...example,
  file: join(generated, `${example.where.replace(/[^a-z0-9]+/gi, '-')}.ts`),
}));

beforeAll(() => {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated);
  // `export {}`: a block without imports is a module of its own as well.
  for (const { file, code } of examples) writeFileSync(file, `${code}\nexport {};\n`);
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('type-checks', () => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    { ...options, noUnusedLocals: false },
  );
  const problems = examples.flatMap(({ where, file }) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
  expect(problems).toEqual([]);
});

it.each(examples)('$where runs and prints what it says', async ({ file, output }) => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...args) => void printed.push(format(...args)));
  await import(/* @vite-ignore */ file);
  if (output !== null) expect(printed.join('\n')).toBe(output);
});
