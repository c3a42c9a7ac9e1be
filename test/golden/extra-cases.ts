import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { type ExecutorName, gram, type KernelFn, type KernelOptions, type NdArray } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { buildNet, type NetSpec } from '../support/net.js';

type Nested = number | readonly Nested[];

interface ArraySpec {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Inputs = ArraySpec | readonly ArraySpec[];

type Outputs = Readonly<Record<string, Nested>>;

/** A case of what a plain spec cannot say: masks, graphs, layouts, several inputs or outputs. */
export interface ExtraCase {
  readonly name: string;
  readonly net: NetSpec;
  readonly x1: Inputs;
  /** Null: the kernel of x1 with itself. */
  readonly x2: Inputs | null;
  readonly options: { readonly maskConstant?: number; readonly pattern?: readonly ArraySpec[] };
  /** The expected fields; a list of such for several outputs. */
  readonly outputs: Outputs | readonly Outputs[];
}

const fixture = new URL('../fixtures/extra.json', import.meta.url);

/** All of them. */
export const extraCases = (JSON.parse(readFileSync(fixture, 'utf8')) as { cases: ExtraCase[] }).cases;

/** Whether `kernel` takes the case at all. */
export function isSupported(extra: ExtraCase): boolean {
  try {
    errorThroughTensors(extra, 'tf');
    return true;
  } catch {
    return false;
  }
}

/** Cases whose result is one Gram matrix, of options that `gram` has. */
export const isGram = ({ outputs, options }: ExtraCase): boolean =>
  !Array.isArray(outputs) && rankOf((outputs as Outputs).nngp) === 2 && !('diagonalBatch' in options);

/** Largest error of all fields of `kernel` on float32 tensors. */
export function errorThroughTensors(extra: ExtraCase, executor: ExecutorName): number {
  return tf.tidy(() => {
    const tensors = (inputs: Inputs) => each(inputs, tensorOf);
    const kernel = buildNet(extra.net).kernel as unknown as KernelFn<unknown, unknown>;
    const [x1, x2] = [tensors(extra.x1), extra.x2 && tensors(extra.x2)];
    const options = { ...kernelOptions(extra), executor } as KernelOptions;
    const got = [kernel(x1, x2, undefined, options)].flat() as unknown as Record<string, tf.Tensor>[];
    const errors = [extra.outputs]
      .flat()
      .flatMap((fields, i) =>
        Object.entries(fields).map(([name, expected]) =>
          relativeError(got[i][name].dataSync(), flatten(expected)),
        ),
      );
    return Math.max(...errors);
  });
}

/** Largest error of the Gram matrices in float64. */
export async function errorThroughGram(extra: ExtraCase): Promise<number> {
  const arrays = (inputs: Inputs) => each(inputs, arrayOf);
  const { kernel } = buildNet(extra.net);
  const [x1, x2] = [arrays(extra.x1), extra.x2 && arrays(extra.x2)];
  const errors: number[] = [];
  for (const get of ['nngp', 'ntk'] as const) {
    const matrix = await gram(kernel, x1, x2, { ...kernelOptions(extra), get });
    errors.push(relativeError(matrix.to1DArray(), flatten((extra.outputs as Outputs)[get])));
  }
  return Math.max(...errors);
}

function kernelOptions({ options }: ExtraCase) {
  const { pattern, ...others } = options;
  if (!pattern) return others;
  const [first, second] = pattern.map(arrayOf);
  return { ...others, pattern: [first, second] as const };
}

const each = <T>(inputs: Inputs, f: (input: ArraySpec) => T): T | T[] =>
  Array.isArray(inputs) ? inputs.map(f) : f(inputs as ArraySpec);

const tensorOf = ({ shape, data }: ArraySpec): tf.Tensor => tf.tensor([...data], [...shape]);

const arrayOf = ({ shape, data }: ArraySpec): NdArray<Float64Array> => ({
  shape,
  data: Float64Array.from(data),
});

const flatten = (nested: Nested): number[] =>
  typeof nested === 'number' ? [nested] : nested.flatMap(flatten);

const rankOf = (nested: Nested): number => (typeof nested === 'number' ? 0 : 1 + rankOf(nested[0]));
