// AssemblyScript → WebAssembly → wasm-opt, for registers of any size: the engine's module, and what the native add-on is
// made of.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeInstructions } from './write-instructions.mjs';

const script = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(script), '..');
const assembly = path.join(root, 'src/wasm/assembly');

// Before the sources are hashed or compiled, whoever does so.
await writeInstructions();

/** Runs a tool of `node_modules`. */
export function runTool(name, args) {
  execFileSync(path.join(root, 'node_modules/.bin', name), args, { cwd: root, stdio: 'inherit' });
}

/** Calls `body` with a directory that is gone afterwards. */
export function inScratch(body) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'engine-'));
  try {
    return body(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A digest of all that the module is made of: sources, compilers and this script. Equal digests: equal functions. */
export function assemblyHash() {
  const hash = createHash('sha256').update(readFileSync(script));
  for (const name of ['assemblyscript', 'binaryen']) {
    hash.update(readFileSync(path.join(root, 'node_modules', name, 'package.json')));
  }
  for (const file of readdirSync(assembly, { recursive: true }).sort()) {
    if (file.endsWith('.ts')) hash.update(file).update(readFileSync(path.join(assembly, file)));
  }
  return hash.digest('hex');
}

/** The module, compiled for registers of `bytes`: only 16 runs as WebAssembly. */
export function compileAssembly(bytes) {
  return inScratch((scratch) => {
    const raw = path.join(scratch, 'raw.wasm');
    const optimized = path.join(scratch, 'engine.wasm');
    runTool('asc', [
      path.join(assembly, 'index.ts'),
      ...['-O3', '--converge', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--use', 'abort='],
      ...['--use', `REGISTER_BYTES=${bytes}`, '--initialMemory', '2', '--outFile', raw],
      // 112: v128 in the signature of an exported function; none of these leaves the module.
      ...['--disableWarning', '112'],
    ]);
    const features = [
      '--enable-simd',
      '--enable-bulk-memory',
      '--enable-nontrapping-float-to-int',
      '--enable-sign-ext',
    ];
    runTool('wasm-opt', [raw, '-O4', '--converge', ...features, '-o', optimized]);
    return readFileSync(optimized);
  });
}
