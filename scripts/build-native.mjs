// Builds the native add-on: native/build/PLATFORM-ARCHITECTURE.node.
//   AssemblyScript → WebAssembly → C (wasm2c), for registers of each size → a C compiler.
// Wants a C compiler: CC, by default cc. CFLAGS are added. CHECKED=1 compares every access with the memory's size.
// For another platform: TARGET=PLATFORM-ARCHITECTURE with a CC that compiles for it (scripts/build-native-all.mjs).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { include_dir } from 'node-api-headers';
import { assemblyHash, compileAssembly, inScratch, runTool } from './compile-assembly.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const native = path.join(root, 'native');

/** Compiler flags of each size of registers on x64; elsewhere there are 16 bytes alone. */
const INSTRUCTIONS = {
  16: ['-msse4.1'],
  32: ['-mavx2'],
  64: [...['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mavx512cd'], '-mprefer-vector-width=512'],
};

/** The C of wasm2c without its runtime: the module's functions and constants, and the table of its exports. */
function engineSource(register) {
  return inScratch((scratch) => {
    const wasm = path.join(scratch, 'engine.wasm');
    const file = path.join(scratch, 'engine.c');
    writeFileSync(wasm, compileAssembly(register));
    runTool('wasm2c', [wasm, '-n', 'engine', '-o', file]);
    const code = readFileSync(file, 'utf8');
    const prototypes = code.match(/^static \w+ w2c_engine_\w+\(.*\);$/gm);
    const inner = new Set(prototypes.map((line) => line.match(/(w2c_engine_\w+)\(/)[1]));
    const constants = code.match(/^static const u8 data_segment_data_\w+\[\] = \{[^}]*\};$/gm);
    const places = [...code.matchAll(/LOAD_DATA\(instance->w2c_memory, (\d+)u, (\w+), (\d+)\);/g)];
    const definitions = [...code.matchAll(/^(\w+ (w2c_engine_\w+)\([^)]*\)) \{\n[\s\S]*?^\}$/gm)];
    const exported = definitions.filter(([, , name]) => !inner.has(name) && name !== 'w2c_engine_memory');
    const bodies = definitions.filter(([, , name]) => inner.has(name)).map(([text]) => `static ${text}`);
    checkConstants(bodies);
    // Variables of the module stand in front of its memory, behind the memory's size.
    const fields = readFileSync(file.replace(/c$/, 'h'), 'utf8').match(/^ {2}\w+ w2c_g\d+;$/gm) ?? [];
    const initial = code.match(/^static void init_globals\(.*\) \{\n([\s\S]*?)^\}$/m)?.[1] ?? '';
    const functions = exported.map(([text, head, name]) => {
      const called = text.match(/(w2c_engine_\w+_\d+|w2c_engine_f\d+)\(instance/)[1];
      const count = head.match(/u32 var_p/g)?.length ?? 0;
      const values = Array.from({ length: count }, (_, i) => `, a[${i}]`).join('');
      const short = name.replace('w2c_engine_', '');
      const returns = head.startsWith('u32');
      const result = returns ? `return ${called}(e${values});` : `${called}(e${values}); return 0;`;
      return {
        call: `static u32 call_${short}(void* e, const u32* a) { (void)a; ${result} }`,
        row: `  {"${short}", ${count}, ${Number(returns)}, call_${short}},`,
      };
    });
    return [
      `#define REGISTER ${register}`,
      '#include "registers.h"',
      '#include "engine.h"',
      `typedef struct Variables {\n${fields.join('\n')}\n  u8 none;\n} Variables;`,
      ...prototypes,
      ...constants,
      ...bodies,
      ...functions.map(({ call }) => call),
      'static const Function functions[] = {',
      ...functions.map(({ row }) => row),
      '};',
      'static void start(void* memory) {',
      '  w2c_engine* instance = memory;',
      '  (void)instance;',
      initial,
      ...places.map(([, at, name, bytes]) => `  memcpy((u8*)memory + ${at}, ${name}, ${bytes});`),
      '}',
      `const Engine engine${register} = {${register}, start, ${functions.length}, functions};`,
      '',
    ]
      .join('\n')
      .replaceAll('&instance->w2c_memory', 'instance')
      .replaceAll('instance->w2c_g', '((Variables*)memory_variables(instance))->w2c_g');
  });
}

/** Refuses constants whose halves differ: wider registers repeat the first one. */
function checkConstants(bodies) {
  const odd = /v128_const\((.{46}), (?!\1\))/;
  const found = bodies.find((body) => odd.test(body));
  if (found) throw new Error(`a constant has two different halves: ${found.match(odd)[0]}`);
}

/** Whether a compiler is gcc; clang and zig's have other options. */
function isGcc(compiler, given) {
  return execFileSync(compiler, [...given, '--version'], { encoding: 'utf8' }).includes('Free Software');
}

function build() {
  const target = process.env.TARGET ?? `${process.platform}-${process.arch}`;
  const registers = target.includes('x64') ? [16, 32, 64] : [16];
  const [compiler, ...given] = (process.env.CC ?? 'cc').split(' ');
  const flags = [
    ...given,
    ...['-O3', '-std=gnu11', '-fPIC', '-fvisibility=hidden', '-fno-math-errno', '-ffp-contract=off'],
    ...[
      '-fno-strict-aliasing',
      // What helps to inline wasm-opt did. More would show that two arguments of the tall microkernel are one.
      '-fno-inline',
      '-Werror',
      '-Wno-psabi',
      '-Wno-unused',
      '-DNAPI_VERSION=8',
      `-I${include_dir}`,
    ],
    // With -ftree-pre gcc spills a sum of the matrix product's loop: 34 GFLOP/s in place of 85 (AVX2, f32).
    ...(isGcc(compiler, given) ? ['-fno-tree-pre'] : []),
    ...(process.env.CHECKED ? ['-DCHECKED'] : []),
    ...(process.env.CFLAGS?.split(' ') ?? []),
  ];
  const source = path.join(native, 'src');
  const out = path.join(native, 'build', `${target}.node`);
  inScratch((scratch) => {
    const run = (args) => execFileSync(compiler, [...flags, ...args], { cwd: scratch, stdio: 'inherit' });
    const objects = [];
    const compile = (file, more = []) => {
      const object = path.join(scratch, `${path.basename(file)}.o`);
      run([...more, `-I${source}`, `-I${scratch}`, '-c', file, '-o', object]);
      objects.push(object);
    };
    writeFileSync(path.join(scratch, 'sources.h'), `#define SOURCES "${assemblyHash()}"\n`);
    for (const register of registers) {
      const file = path.join(scratch, `engine${register}.c`);
      writeFileSync(file, engineSource(register));
      compile(file, target.includes('x64') ? INSTRUCTIONS[register] : []);
    }
    for (const name of ['addon.c', 'memory.c', 'processor.c']) compile(path.join(source, name));
    const undefinedSymbols = target.startsWith('darwin') ? ['-undefined', 'dynamic_lookup'] : [];
    mkdirSync(path.dirname(out), { recursive: true });
    run([...objects, '-shared', '-s', ...undefinedSymbols, '-o', out]);
  });
  console.log(
    `${path.relative(root, out)}: ${statSync(out).size} bytes, registers of ${registers.join(', ')} bytes`,
  );
}

build();
