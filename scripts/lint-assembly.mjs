// Lints the engine's AssemblyScript by Biome. Lines of arguments are laid out by hand there, so it is not formatted.
// Biome's parser has no decorators of functions (`@inline`), so it is shown copies in which these are comments.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const assembly = join(root, 'src/wasm/assembly');
const copies = join(root, 'out/.assembly');

/** What is right in TypeScript and not here: `===` compares references, constants have all digits of their type, and functions one signature. */
const off = {
  suspicious: { noDoubleEquals: 'off', noApproximativeNumericConstant: 'off' },
  correctness: { noPrecisionLoss: 'off', noUnusedFunctionParameters: 'off' },
};

const files = readdirSync(assembly, { recursive: true }).filter((file) => file.endsWith('.ts'));
rmSync(copies, { recursive: true, force: true });
for (const file of files) {
  mkdirSync(dirname(join(copies, file)), { recursive: true });
  const code = readFileSync(join(assembly, file), 'utf8');
  writeFileSync(join(copies, file), code.replace(/^( *)@(?=\w+(\(.*\))?$)/gm, '$1//@'));
}
const { linter } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
const rules = structuredClone(linter.rules);
for (const [group, names] of Object.entries(off)) rules[group] = { ...rules[group], ...names };
const config = { root: true, linter: { ...linter, rules } };
writeFileSync(join(copies, 'biome.json'), JSON.stringify(config));
try {
  const biome = join(root, 'node_modules/.bin/biome');
  execFileSync(biome, ['lint', '--error-on-warnings', '.'], { cwd: copies, stdio: 'inherit' });
} catch {
  process.exitCode = 1;
}
