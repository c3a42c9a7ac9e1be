import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Kinds of tests that have a folder of their own; every other test is a unit test. */
const kinds = ['golden', 'contract', 'montecarlo', 'doctest', 'package', 'browser'];

const project = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', ...exclude] },
});

export default defineConfig({
  resolve: {
    alias: {
      'neural-tangents': fileURLToPath(new URL('src/index.ts', import.meta.url)),
      '#tf': fileURLToPath(new URL('src/base/tf-on-demand.ts', import.meta.url)),
    },
  },
  test: {
    testTimeout: 60_000,
    // On WebAssembly, also where the native add-on is built, unless the environment says otherwise.
    env: { NEURAL_TANGENTS_ENGINE: process.env.NEURAL_TANGENTS_ENGINE ?? 'wasm' },
    projects: [
      project(
        'unit',
        ['test/**/*.test.ts'],
        kinds.map((kind) => `test/${kind}/**`),
      ),
      ...kinds.map((kind) => project(kind, [`test/${kind}/**/*.test.ts`])),
    ],
  },
});
