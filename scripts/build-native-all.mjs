// Builds the native add-on for the platforms of a release by zig's clang (PyPI: ziglang), and prints the files' sizes:
//   node scripts/build-native-all.mjs [PLATFORM-ARCHITECTURE …]
// PYTHON is the interpreter that has ziglang, by default python3.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'build-native.mjs');
const python = process.env.PYTHON ?? 'python3';

/** What zig calls each platform. */
const targets = {
  'linux-x64': 'x86_64-linux-gnu.2.17',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64': 'aarch64-linux-gnu.2.17',
  'darwin-x64': 'x86_64-macos',
  'darwin-arm64': 'aarch64-macos',
};

const chosen = process.argv.slice(2);
for (const [target, zig] of Object.entries(targets)) {
  if (chosen.length > 0 && !chosen.includes(target)) continue;
  const env = { ...process.env, TARGET: target, CC: `${python} -m ziglang cc -target ${zig}` };
  execFileSync(process.execPath, [script], { env, stdio: 'inherit' });
}
