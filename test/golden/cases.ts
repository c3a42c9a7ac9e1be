import { readFileSync } from 'node:fs';
import { type InputSpec, missingLayers, type NetSpec } from '../support/net.js';

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
const cases = (JSON.parse(readFileSync(fixture, 'utf8')) as { cases: GoldenCase[] }).cases;

/** Cases all of whose layers the library has. */
export const supported = cases.filter(({ net }) => missingLayers(net).length === 0);

/** Names of the cases whose layers come later, each with the layers that it lacks. */
export const unsupported = cases.flatMap(({ name, net }) => {
  const missing = missingLayers(net);
  return missing.length === 0 ? [] : [`${name}: ${missing.join(', ')}`];
});

/** The entries of nested lists in row-major order. */
export const flatten = (nested: NestedNumbers): number[] =>
  nested.flatMap((entry) => (typeof entry === 'number' ? [entry] : flatten(entry)));

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
