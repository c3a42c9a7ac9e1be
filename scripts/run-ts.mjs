// Runs a TypeScript program of this repository: `node scripts/run-ts.mjs examples/digits.ts [arguments]`.
// esbuild joins the program's own files; packages stay outside, and `neural-tangents` is the built package itself.
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [source, ...args] = process.argv.slice(2);
if (!source) {
  console.error('run-ts: name the program to run, e.g. node scripts/run-ts.mjs examples/digits.ts --help');
  process.exit(2);
}

// Inside the repository, so that Node finds both node_modules and the package's own name.
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outfile = join(root, 'out', '.programs', `${basename(source, '.ts')}.mjs`);
await build({
  entryPoints: [source],
  outfile,
  bundle: true,
  packages: 'external',
  // Without this esbuild follows tsconfig's `paths`, which point the package's name at its sources.
  tsconfigRaw: {},
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});

process.setSourceMapsEnabled(true);
process.argv = [process.execPath, outfile, ...args];
await import(pathToFileURL(outfile).href);
