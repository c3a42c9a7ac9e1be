// Replaces dist/base/ml-matrix.js, which bundlers get, by the class `Matrix` alone, of ml-matrix's own sources: 9 kB gzipped where
// the package's CommonJS, of which no bundler can leave a decomposition out, is 18 kB. Runs after dist/node is made: Node shares
// the package with its callers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'node_modules/ml-matrix');
const license = readFileSync(path.join(folder, 'LICENSE'), 'utf8');

await esbuild.build({
  stdin: { contents: "export { default as Matrix } from './src/matrix.js';", resolveDir: folder },
  outfile: path.join(root, 'dist/base/ml-matrix.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  // `is-any-array` and `ml-array-rescale` come along: they are ml-matrix's dependencies and not this package's.
  mainFields: ['module', 'main'],
  banner: { js: `/*! ml-matrix\n${license}*/` },
  logLevel: 'warning',
});
