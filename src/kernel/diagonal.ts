import type { AnyOp } from '../program/ops/index.js';
import type { Program } from '../program/program.js';
import type { Shape } from '../tracing/tree.js';

/** Yes, no, or only of activations that are independent from position to position. */
export type Bool = 'no' | 'maybe' | 'yes';

/**
 * Whether covariances between different positions may be left out of a network's kernel: `input`, before it; `output`, from
 * here on, whatever follows.
 */
export interface Diagonal {
  readonly input: Bool;
  readonly output: Bool;
}

const order: readonly Bool[] = ['no', 'maybe', 'yes'];

const least = (a: Bool, b: Bool): Bool => order[Math.min(order.indexOf(a), order.indexOf(b))];

/** Of two networks side by side. */
export const beside = (a: Diagonal, b: Diagonal): Diagonal => ({
  input: least(a.input, b.input),
  output: least(a.output, b.output),
});

/** Of `a` and then `b`. Associative. */
export function followedBy(a: Diagonal, b: Diagonal): Diagonal {
  if (a.output === 'yes') return a;
  const { output } = b;
  if (a.output !== 'no' && b.input !== 'no') return { input: a.input, output };
  if (a.output === 'no' && b.input !== 'yes') return { input: 'no', output };
  return { input: least(a.input, b.input), output };
}

/** Whether Neural Tangents leaves them out unless told otherwise. */
export const isDiagonal = ({ input, output }: Diagonal): boolean => input === 'yes' && output !== 'no';

/** Of an op that treats positions alike and mixes none: that of nothing at all. */
const neutral = (): Diagonal => ({ input: 'yes', output: 'no' });
const mixesAll = (): Diagonal => ({ input: 'no', output: 'no' });

const collapses = (shape: Shape): boolean => shape.length === 0;

/** Of each op, whose result has spatial shape `shape`. */
const rules: { readonly [Name in AnyOp['op']]: (shape: Shape) => Diagonal } = {
  activation: neutral,
  affine: neutral,
  attention: mixesAll,
  centreBatch: mixesAll,
  diagonal: () => ({ input: 'yes', output: 'maybe' }),
  dropout: neutral,
  embed: mixesAll,
  given: neutral,
  gram: neutral,
  joinBatch: neutral,
  mix: mixesAll,
  mixBatch: neutral,
  normalize: neutral,
  normalizeBatch: neutral,
  patchMean: (shape) => ({ input: 'yes', output: collapses(shape) ? 'yes' : 'no' }),
  permute: neutral,
  pool: (shape) => ({ input: 'maybe', output: collapses(shape) ? 'yes' : 'no' }),
  product: neutral,
  select: neutral,
  sum: neutral,
  transform: mixesAll,
  transposedPatch: neutral,
  weigh: neutral,
  weighSamples: neutral,
};

/** Of a whole network. */
export function diagonalOf({ ops, output }: Program): Diagonal {
  const found: Diagonal[] = [];
  for (const op of ops) {
    const before = op.inputs.map((input) => found[input]).reduce(beside, { input: 'yes', output: 'yes' });
    found.push(followedBy(op.inputs.length === 0 ? neutral() : before, rules[op.op](op.shape)));
  }
  return found[output];
}
