// Runs an example by its name: `node scripts/example.mjs wide-resnet [--small]`.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'examples');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`example: name one of ${names.join(', ')}, got ${name ?? 'none'}.`);
  process.exit(2);
}
process.argv = [...process.argv.slice(0, 2), join(folder, `${name}.ts`), ...args];
await import('./run-ts.mjs');
