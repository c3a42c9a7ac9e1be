import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Kinds of tests that have a folder of their own; every other test is a unit test. */
const kinds = ['golden', 'contract', 'montecarlo', 'doctest', 'package', 'browser'];

/** Starts the files that take longest first, so that no core waits for them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project }: TestSpecification) => (project.name === 'montecarlo' ? 0 : 1);
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** What is done once before a kind's tests. */
const setups: Record<string, string[]> = { package: ['test/package/packed.ts'] };

const project = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', ...exclude], globalSetup: setups[name] ?? [] },
});

const source = (file: string) => `${fileURLToPath(new URL('src', import.meta.url))}/${file}`;

export default defineConfig({
  resolve: {
    alias: [
      { find: /^neural-tangents$/, replacement: source('index.ts') },
      { find: /^neural-tangents\/(.*)$/, replacement: source('$1/index.ts') },
      { find: '#tf', replacement: source('base/generated/tf-on-demand.ts') },
    ],
  },
  test: {
    // On WebAssembly, also where the native add-on is built, unless the environment says otherwise.
    env: { NEURAL_TANGENTS_ENGINE: process.env.NEURAL_TANGENTS_ENGINE ?? 'wasm' },
    // Far more than any test needs: a machine may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
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
