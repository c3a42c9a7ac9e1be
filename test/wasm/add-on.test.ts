import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type AddOnInstances, findAddOn } from '../../src/wasm/add-on.js';
import { engineSources } from '../../src/wasm/generated/engine.js';

const folder = mkdtempSync(path.join(tmpdir(), 'add-on-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** A file of this content, to be loaded as the package's entry. */
function entry(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Start of a shared library of another machine's (or, with 62, this machine's) instructions, and nothing else. */
const library = (machine: number): Uint8Array => {
  const bytes = new Uint8Array(4096);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  bytes[16] = 3;
  bytes[18] = machine;
  return bytes;
};

const like = (fields: string): string => `module.exports = { sources: '${engineSources}', ${fields} };`;

describe('an add-on that does not serve gives way, with a reason', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['text.node', 'not a library', /could not be loaded/],
    ['empty.node', '', /could not be loaded/],
    ['other-machine.node', library(183), /could not be loaded/],
    ['truncated.node', library(62), /could not be loaded/],
    ['throws.cjs', "throw new Error('no such symbol');", /could not be loaded: no such symbol/],
    ['nothing.cjs', '', /built of other sources/],
    ['other-version.cjs', "module.exports = { sources: 'abc', registers: [16] };", /built of other sources/],
    ['no-registers.cjs', like('registers: []'), /no registers/],
    ['no-list.cjs', like(''), /could not be loaded/],
    ['no-open.cjs', like('registers: [16]'), /could not be loaded/],
    [
      'forbidden.cjs',
      like("registers: [16], open() { throw new Error('memory of its own is not allowed here'); }"),
      /could not be loaded: memory of its own is not allowed here/,
    ],
  ])('%s', (name, content, reason) => {
    const found = findAddOn(engineSources, undefined, entry(name, content));
    expect('reason' in found && found.reason).toMatch(reason);
  });

  it('that is not installed', () => {
    expect(findAddOn(engineSources, undefined, null)).toEqual({
      reason: 'the package neural-tangents-native is not installed',
    });
  });
});

describe('NEURAL_TANGENTS_ENGINE', () => {
  const infoWith = async (value: string) => {
    vi.stubEnv('NEURAL_TANGENTS_ENGINE', value);
    vi.resetModules();
    return (await import('../../src/wasm/module.js')).engineInfo();
  };

  it('chooses WebAssembly', async () => {
    expect(await infoWith('wasm')).toMatchObject({
      ...{ kind: 'wasm', registerBytes: 16, whyNotNative: 'NEURAL_TANGENTS_ENGINE is wasm' },
    });
  });

  it('is refused where it names nothing', async () => {
    await expect(infoWith('fast')).rejects.toThrow(
      'engine: NEURAL_TANGENTS_ENGINE must be wasm, native, sse, avx2, avx512, got fast.',
    );
  });
});

const found = findAddOn(engineSources);

describe.skipIf('reason' in found)('the add-on', () => {
  const instance = () => (found as AddOnInstances).open();

  it('has the exports of WebAssembly', async () => {
    vi.stubEnv('NEURAL_TANGENTS_ENGINE', 'wasm');
    const { instantiate } = await import('../../src/wasm/module.js');
    expect(Object.keys(instance()).sort()).toEqual(Object.keys(instantiate()).sort());
  });

  it('has a memory that grows as that of WebAssembly does', () => {
    const { memory } = instance();
    const before = memory.buffer;
    new Uint8Array(before)[100] = 7;
    expect(before.byteLength).toBe(131072);
    expect(memory.grow(3)).toBe(2);
    expect(before.byteLength).toBe(0);
    expect(memory.buffer.byteLength).toBe(5 * 65536);
    expect(new Uint8Array(memory.buffer)[100]).toBe(7);
    expect(new Uint8Array(memory.buffer, 131072).every((byte) => byte === 0)).toBe(true);
    expect(() => memory.grow(65536)).toThrow(RangeError);
    expect(memory.buffer.byteLength).toBe(5 * 65536);
  });

  it('frees the memory of instances that are gone', () => {
    const program = `
      const addOn = require(${JSON.stringify(path.resolve('native/index.cjs'))});
      const open = () => {
        const { memory } = addOn.open(16);
        memory.grow(512);
        new Uint8Array(memory.buffer).fill(1);
      };
      (async () => {
        for (let i = 0; i < 40; i++) {
          open();
          globalThis.gc();
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        console.log(process.memoryUsage().rss / 2 ** 20);
      })();`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    // 40 instances have 1,320 MiB.
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(600);
  });

  it('refuses arguments that are no numbers', () => {
    const { gemm64 } = instance();
    expect(() => (gemm64 as unknown as (m: string) => void)('4')).toThrow('an argument is no number');
  });
});
