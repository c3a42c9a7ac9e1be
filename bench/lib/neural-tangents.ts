import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Dtype } from 'neural-tangents';
import type { Sizes } from './case.js';

/** Neural Tangents at work on one case, in a Python process of its own. */
export interface NeuralTangents {
  readonly jax: string;
  /** Some of the result's numbers, those that a child compares. */
  readonly sample: readonly number[];
  readonly round: () => Promise<number>;
  readonly stop: () => void;
}

/** Starts bench/nt.py; a text says why it failed (it may run out of memory or crash). */
export async function startNeuralTangents(
  python: string,
  name: string,
  dtype: Dtype,
  { n1, n2, shape }: Sizes,
): Promise<NeuralTangents | string> {
  const sizes = ['--n1', `${n1}`, '--n2', `${n2}`, '--shape', ...shape.map(String)];
  const process = spawn(python, ['bench/nt.py', '--case', name, '--dtype', dtype, ...sizes], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const failure = failureOf(process);
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done) throw new Error(await failure);
    return JSON.parse(line.value);
  };
  try {
    const { jax, sample } = (await next()) as { jax: string; sample: number[] };
    return {
      jax,
      sample,
      round: async () => {
        process.stdin.write('\n');
        return ((await next()) as { ms: number }).ms;
      },
      stop: () => void process.kill(),
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** The last line of what the process said before it ended. */
function failureOf(process: ChildProcess): Promise<string> {
  let said = '';
  process.stderr!.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve) => {
    process.on('error', (error) => resolve(error.message));
    process.on('close', (code, signal) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      resolve(`ended with ${signal ?? `code ${code}`}${last && `: ${last}`}`);
    });
  });
}
