import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Dtype, sizeOf } from '../../src/index.js';
import { buildNet, goldenInput, type InputSpec, missingLayers, type NetSpec } from '../support/net.js';
import { lostByRounding, type Weights } from '../support/rounding.js';
import { tolerance } from '../support/tolerance.js';

/** Entries sin(phase + mul·k), row-major. */
export interface WaveSpec {
  readonly phase: number;
  readonly mul: number;
}

/** A network, its inputs, and what Neural Tangents computes for them in float64. */
export interface GoldenCase {
  readonly name: string;
  readonly net: NetSpec;
  readonly x1: InputSpec;
  /** Null: the kernel of x1 with itself. */
  readonly x2: InputSpec | null;
  readonly nngp: NestedNumbers;
  readonly ntk: NestedNumbers;
  /** Gradients of Σ A∘nngp + Σ B∘ntk, flat. Absent where the result has spatial axes, and in a few more cases. */
  readonly vjp?: {
    /** A and B. */
    readonly cotangents: { readonly nngp: WaveSpec; readonly ntk: WaveSpec };
    readonly x1: readonly number[];
    readonly x2?: readonly number[];
  };
}

type NestedNumbers = readonly (number | NestedNumbers)[];

const fixture = new URL('../fixtures/kernels.json', import.meta.url);
const cases = (JSON.parse(readFileSync(fixture, 'utf8')) as { cases: GoldenCase[] }).cases.map(asComputed);

/**
 * The network that Neural Tangents computed: after an odd number of convolutions its `ImageResize` takes the spatial axes
 * of kernels the wrong way round.
 */
function asComputed(golden: GoldenCase): GoldenCase {
  const text = JSON.stringify(golden.net);
  if (golden.name !== 'image-resize-bilinear') return golden;
  return { ...golden, net: JSON.parse(text.replace('[-1,5,3,-1]', '[-1,3,5,-1]')) };
}

/** Cases all of whose layers the library has. */
export const supported = cases.filter(({ net }) => missingLayers(net).length === 0);

/** Largest errors of a case, relative. */
export interface Errors {
  readonly values: number;
  /** Absent where the case has no gradients. */
  readonly gradients?: number;
}

/** Expects a case's errors within what its precision allows. */
export function expectGolden(golden: GoldenCase, dtype: Dtype, errors: Errors): void {
  const allowed = tolerance[dtype === 'float64' ? 'f64' : 'f32'];
  const { values, gradients = 0 } = errors;
  // All activations are parallel: the angles are 0, the gradients too, and rounding is all that differs from that.
  if (golden.name === 'random-12') {
    expect(values, 'values').toBeLessThanOrEqual(allowed.goldenSingular);
    return;
  }
  expect(values, 'values').toBeLessThanOrEqual(allowed.golden);
  if (dtype === 'float32' && gradients > allowed.golden) {
    expect(gradients, 'gradients').toBeLessThanOrEqual(tolerance.f32.lost * lostGradients(golden));
  } else expect(gradients, 'gradients').toBeLessThanOrEqual(allowed.golden);
}

const lost = new Map<GoldenCase, number>();

/** What rounding the inputs' covariances to float32 costs the gradients of a case. */
export function lostGradients(golden: GoldenCase): number {
  const { net, x1, x2, vjp } = golden;
  const weights: Weights = (field, shape) => wave(vjp!.cotangents[field], sizeOf(shape));
  const found =
    lost.get(golden) ??
    lostByRounding(buildNet(net), goldenInput(x1), x2 && goldenInput(x2), weights).gradients;
  lost.set(golden, found);
  return found;
}

/** Names of the cases whose layers come later, each with the layers that it lacks. */
export const unsupported = cases.flatMap(({ name, net }) => {
  const missing = missingLayers(net);
  return missing.length === 0 ? [] : [`${name}: ${missing.join(', ')}`];
});

/** The expected field's entries, row-major, spatial pairs in natural order. */
export function expected(golden: GoldenCase, field: 'nngp' | 'ntk'): number[] {
  const nested = golden[field];
  const rank = rankOf(nested);
  if (rank === 2) return flatten(nested);
  // Neural Tangents leaves the pairs in reversed order after an odd number of convolutions.
  const convolutions = JSON.stringify(golden.net).split('"Conv"').length - 1;
  if (rank !== 6 || convolutions % 2 === 0) throw new Error(`${golden.name}: unknown order of spatial axes.`);
  return (nested as NestedNumbers[]).flatMap((row) => row.flatMap((cell) => naturalOrder(cell as Cell)));
}

/** `[w][w'][h][h']`. */
type Cell = number[][][][];

const naturalOrder = (cell: Cell): number[] =>
  cell[0][0].flatMap((row, h) =>
    row.flatMap((_, h2) => cell.flatMap((column) => column.map((entries) => entries[h][h2]))),
  );

const flatten = (nested: NestedNumbers): number[] =>
  nested.flatMap((entry) => (typeof entry === 'number' ? [entry] : flatten(entry)));

const rankOf = (nested: number | NestedNumbers): number =>
  typeof nested === 'number' ? 0 : 1 + rankOf(nested[0]);

/** A cotangent of `size` entries. */
export const wave = ({ phase, mul }: WaveSpec, size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, k) => Math.sin(phase + mul * k));

/** Collects the largest errors over cases, to be printed in one line. */
export class Extremes {
  #count = 0;
  readonly #worst = new Map<string, { error: number; name: string }>();

  /** Notes a case's errors by kind (`values`, `gradients`). */
  add(name: string, errors: Readonly<Record<string, number>>): void {
    this.#count++;
    for (const [kind, error] of Object.entries(errors)) {
      if (!(error <= (this.#worst.get(kind)?.error ?? -1))) this.#worst.set(kind, { error, name });
    }
  }

  /** E.g. `golden f32 tf: values 3.1e-7 (FC1), gradients 8.0e-7 (FC3) over 40 cases`. */
  line(title: string): string {
    const parts = [...this.#worst].map(
      ([kind, { error, name }]) => `${kind} ${error.toExponential(1)} (${name})`,
    );
    return `${title}: ${parts.join(', ')} over ${this.#count} cases`;
  }
}
