/** How large a case is: `smoke` for CI, `default` for minutes in all, `full` for the sizes of docs/performance.md, `nt` for what fits into Neural Tangents' memory. */
export type Scale = 'smoke' | 'default' | 'full' | 'nt';

/** A variant made ready to run in this process. */
export interface Run {
  /** Does the work once, and gives a reader of the result's numbers, which is not timed. */
  readonly once: () => Promise<() => ArrayLike<number>>;
  /** How many numbers there have to be. */
  readonly count: number;
  /** What the time is divided by: kernel entries, or 1. */
  readonly entries: number;
  /** Bytes of what the library returns, which memory is counted above. */
  readonly resultBytes: number;
  /** Floating-point operations, where the textbook counts them. */
  readonly flops?: number;
  /** The library's prediction of the same work. */
  readonly predict?: () => Promise<{ seconds: number; workerBytes: number; pixelsPerPair: number }>;
}

/** Samples on either side, and the shape of one. */
export interface Sizes {
  readonly n1: number;
  readonly n2: number;
  readonly shape: readonly number[];
}

/** One way to do a case's work. */
export interface Variant {
  readonly name: string;
  /** The variant whose time is divided by this one's. */
  readonly against?: string;
  /** @throws SkipError where something optional is not installed. */
  readonly prepare: (sizes: Sizes) => Promise<Run>;
}

/** Work that several variants do on the same inputs. */
export interface Case {
  readonly name: string;
  readonly title: string;
  /** What a time is of: one kernel entry, or the whole run. */
  readonly per: 'entry' | 'run';
  readonly sizes: Readonly<Record<Scale, Sizes>>;
  /** The float64 variant that the others' numbers are compared with. */
  readonly reference: string;
  readonly variants: readonly Variant[];
}

/** The same sizes but for CI's. */
export const sizesFor = (smoke: Sizes, usual: Sizes, full = usual, nt = usual): Case['sizes'] => ({
  smoke,
  default: usual,
  full,
  nt,
});

/** Images of three channels on either side. */
export const images = (n1: number, n2: number, side = 32): Sizes => ({ n1, n2, shape: [side, side, 3] });

/** n × n vectors. */
export const vectors = (n: number, channels: number): Sizes => ({ n1: n, n2: n, shape: [channels] });

/** Why a variant cannot run here. */
export class SkipError extends Error {}

/** The default export or namespace of an optional package. */
export async function optional<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND')
      throw new SkipError(`${name} is not installed`);
    throw error;
  }
}
