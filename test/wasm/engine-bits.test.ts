import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findAddOn } from '../../src/wasm/add-on.js';
import { engineSources } from '../../src/wasm/generated/engine.js';

/** How many networks to try, and which: `RANDOM_NETS=500 RANDOM_NETS_SEED=7 npx vitest run engine-bits`. */
const runs = Number(process.env.RANDOM_NETS ?? 40);
const seed = Number(process.env.RANDOM_NETS_SEED ?? 20);

/** The native engines that this machine has besides WebAssembly. */
const engines = (['sse', 'avx2', 'avx512'] as const).filter(
  (_, i) => !('reason' in findAddOn(engineSources, 16 * 2 ** i)),
);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** A digest of each array of numbers that random networks give on an engine, by what it is of. */
async function digestsOn(engine: string): Promise<Map<string, string>> {
  vi.stubEnv('NEURAL_TANGENTS_ENGINE', engine);
  vi.resetModules();
  const { engineInfo, releaseThreads } = await import('../../src/index.js');
  const { byEngine, generic } = await import('../support/compute.js');
  const { drawNet } = await import('../support/random-nets.js');
  expect(engineInfo().kind).toBe(engine === 'wasm' ? 'wasm' : 'native');
  const digests = new Map<string, string>();
  let index = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.boolean(), async (g, withItself) => {
      const { net, sample, text } = drawNet(g);
      const x1 = generic([3, ...sample], 1);
      const x2 = withItself ? null : generic([17, ...sample], 2);
      index++;
      for (const dtype of ['float32', 'float64'] as const) {
        const { nngp, ntk, gradients } = await byEngine(net, x1, x2, dtype);
        const arrays = [nngp, ntk, ...gradients];
        for (const [i, name] of ['nngp', 'ntk', 'x1', 'x2'].slice(0, arrays.length).entries()) {
          const numbers = Float64Array.from(arrays[i]);
          expect(numbers.length).toBeGreaterThan(0);
          const digest = createHash('sha256').update(numbers).digest('hex');
          digests.set(`${index} ${dtype} ${name} of ${text} on [${sample}]`, digest);
        }
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  releaseThreads();
  return digests;
}

/** Digests of what linear algebra gives, on matrices of sizes that fill registers and that do not. */
async function linalgDigestsOn(engine: string): Promise<Map<string, string>> {
  vi.stubEnv('NEURAL_TANGENTS_ENGINE', engine);
  vi.resetModules();
  const linalg = {
    ...(await import('../../src/linalg/product.js')),
    ...(await import('../../src/linalg/cholesky.js')),
    ...(await import('../../src/linalg/least-squares.js')),
  };
  const { eigenSymmetric } = await import('../../src/linalg/eigen.js');
  const { generic } = await import('../support/compute.js');
  const digests = new Map<string, string>();
  const put = (name: string, numbers: Float64Array) => {
    expect(numbers.every(Number.isFinite), name).toBe(true);
    digests.set(name, createHash('sha256').update(numbers).digest('hex'));
  };
  for (const [n, columns] of [
    ...[
      [1, 1],
      [7, 3],
      [16, 1],
      [37, 5],
      [64, 32],
      [150, 17],
      [333, 40],
    ],
  ]) {
    const x = generic([n, 2 * n + 3], n).data;
    const b = generic([n, columns], 5).data;
    const gram = linalg.gemm(n, n, 2 * n + 3, x, x, { transposeB: true });
    put(`product ${n}`, gram);
    put(`transposed product ${n}`, linalg.gemm(2 * n + 3, columns, n, x, b, { transposeA: true }));
    const factored = linalg.cholesky(gram, n);
    if (!factored.ok) throw new Error(`no factor of ${n}`);
    put(`Cholesky ${n}`, factored.factor);
    put(`solve ${n}, ${columns}`, linalg.choleskySolve(factored.factor, n, b, columns));
    const state = new Float64Array(n * (n + columns));
    const rows = 2 * n + 3;
    const block = Float64Array.from([...x, ...generic([columns, rows], 6).data]);
    linalg.appendRows(state, n, columns, block, rows);
    put(`QR ${n}`, state);
    put(`least squares ${n}`, linalg.solveAppended(state, n, columns));
    const { values, vectors } = eigenSymmetric(gram, n);
    put(`eigenvalues ${n}`, values);
    put(`eigenvectors ${n}`, vectors);
  }
  return digests;
}

describe.skipIf(engines.length === 0)('linear algebra gives the bits of WebAssembly', () => {
  it.each(engines)('on %s', async (engine) => {
    const expected = await linalgDigestsOn('wasm');
    expect(await linalgDigestsOn(engine)).toEqual(expected);
    console.info(`${engine}: ${expected.size} results of linear algebra have the bits of WebAssembly`);
  });
});

it.skipIf(engines.length === 0)(
  'gives the bits of WebAssembly with registers of every size, values and gradients of random networks',
  async () => {
    const expected = await digestsOn('wasm');
    for (const engine of engines) {
      const actual = await digestsOn(engine);
      const different = [...expected.keys()].filter((key) => actual.get(key) !== expected.get(key));
      expect(different, engine).toEqual([]);
      console.info(
        `${engine}: ${actual.size} arrays of ${runs} random networks have the bits of WebAssembly`,
      );
    }
  },
  Math.max(240_000, runs * 10_000),
);
