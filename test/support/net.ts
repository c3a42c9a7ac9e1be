import { type NdArray, sizeOf, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';

/** A network as data: `[layerName, ...positional, options?]`; `serial` and `parallel` take one list of specs. */
export type NetSpec = readonly [name: string, ...args: unknown[]];

/** Inputs as data: `x[k] = scale·sin(phase + mul·k)`, row-major. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly phase: number;
  readonly mul: number;
  readonly scale?: number;
}

type Factory = (...args: unknown[]) => AnyLayer;

const factories = stax as unknown as Record<string, Factory | undefined>;

/** The layer names of a spec, each once. */
function layerNames([name, ...args]: NetSpec): string[] {
  const inner = isCombinator(name)
    ? (args[0] as NetSpec[]).flatMap(layerNames)
    : name === 'repeat'
      ? layerNames(args[0] as NetSpec)
      : [];
  return [...new Set([name, ...inner])];
}

/** The layer names of a spec that the library does not have. */
export function missingLayers(spec: NetSpec): string[] {
  return layerNames(spec).filter((name) => factories[name] === undefined);
}

/** Builds the network of a spec. */
export function buildNet(spec: NetSpec): Layer {
  return build(spec) as Layer;
}

function build([name, ...args]: NetSpec): AnyLayer {
  const factory = factories[name];
  if (factory === undefined) throw new Error(`No layer ${name}.`);
  if (isCombinator(name)) return factory(...(args[0] as NetSpec[]).map(build));
  if (name === 'repeat') return factory(build(args[0] as NetSpec), args[1]);
  return factory(...args.map((arg) => (name === 'Index' ? indices(arg as IndexSpec) : arrays(arg))));
}

/** Of each axis a position, or `[start, stop, step]` of a slice. */
type IndexSpec = readonly (number | [number | null, number | null, number | null])[];

const indices = (spec: IndexSpec) =>
  spec.map((entry) => (typeof entry === 'number' ? entry : stax.Slice(...entry)));

/** Options with arrays in place of their specs. */
function arrays(options: unknown): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  const { shape, data } = options as { shape?: number[]; data?: number[] };
  if (shape && data) return { shape, data: Float64Array.from(data) };
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, arrays(option)]));
}

function isCombinator(name: string): boolean {
  return name === 'serial' || name === 'parallel';
}

/** The inputs of a spec. */
export function goldenInput({ shape, phase, mul, scale = 1 }: InputSpec): NdArray<Float64Array> {
  return {
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, k) => scale * Math.sin(phase + mul * k)),
  };
}
