import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed;
  }
}

/** The package, packed and installed once for all tests of it. */
export interface Packed {
  /** The tarball. */
  readonly tarball: string;
  /** Paths in it. */
  readonly files: readonly string[];
  /** A folder for projects, with the package in its node_modules. */
  readonly folder: string;
}

/** The repository. */
export const root = resolve(import.meta.dirname, '../..');

/** A command of the repository's node_modules. */
export const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** Runs a command and returns what it printed; a failure's message holds all its output. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): string {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

/** Vitest's global setup: packs, installs, and removes all that at the end. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'neural-tangents-package-'));
  // Built already, by the script that runs the tests.
  const report = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  const [{ filename, files }] = JSON.parse(report);
  const tarball = join(folder, filename);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', tarball], folder);
  project.provide('packed', { tarball, folder, files: files.map(({ path }: { path: string }) => path) });
  return () => rmSync(folder, { recursive: true, force: true });
}
