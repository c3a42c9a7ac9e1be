import { functionNames } from '../../program/function-names.js';
import { LEFT_OUT } from '../../program/ops/attention.js';

// What the engine's two sides, TypeScript and AssemblyScript, have to agree on, written once. scripts/write-instructions.mjs
// makes of it the constants of the AssemblyScript side, src/wasm/assembly/generated/instructions.ts.

/**
 * The instructions. In memory one is its opcode (its place in this list), then its operands as 32-bit words, then, from the
 * next even word on, the operands that are f64.
 *
 * `name[3]` is a list of three, `name[]` a list of any length. An instruction with a list of any length has the operand
 * `length`, its own length in words. Addresses are in bytes; an address of Θ, or of a cotangent, is 0 where there is none.
 */
export const instructions = {
  zero: { words: 'to bytes' },
  add: { words: 'to from bytes' },
  addBox: { words: 'to from extent[3] toRow[2] fromRow[2]' },
  gram: { words: 'k x1 x2 size[3] full[2] channels lanes1 gX1 gX2', floats: 'inverse' },
  gramAdjoint: { words: 'k x1 x2 size[3] full[2] channels lanes1 gX1 gX2', floats: 'inverse' },
  filter: { words: 'descriptor inK inTheta outK outTheta preK preTheta f1 f2 inSize[3] outSize[3]' },
  filterAdjoint: { words: 'descriptor inK inTheta outK outTheta preK preTheta f1 f2 inSize[3] outSize[3]' },
  activationAdjoint: { words: 'descriptor preK preTheta gK gTheta f1 f2 q1 q2 size[3]' },
  factors: { words: 'descriptor q to bytes' },
  pool: {
    words: 'toK toTheta fromK fromTheta fromSize[3] toSize[3] stride[3] start[3] count[3]',
    floats: 'scale',
  },
  poolAdjoint: {
    words: 'toK toTheta fromK fromTheta fromSize[3] toSize[3] stride[3] start[3] count[3]',
    floats: 'scale',
  },
  weigh: { words: 'toK toTheta fromK fromTheta size[3] w1 w2 full[2]' },
  product: { words: 'toK toTheta aK aTheta bK bTheta bytes' },
  productAdjoint: { words: 'gK gTheta aK aTheta bK bTheta bytes toAK toATheta toBK toBTheta' },
  normalize: { words: 'toK toTheta fromK fromTheta f1 f2 size[3] full[2] one1' },
  normalizeAdjoint: { words: 'gK gTheta k theta toK toTheta f1 f2 v1 v2 size[3] full[2] one1' },
  normalizeFactors: { words: 'q to size[3] averaged[3]', floats: 'eps' },
  normalizeVariances: { words: 'v gQ size[3] averaged[3]' },
  dropout: { words: 'to from bytes same', floats: 'excess' },
  mix: {
    words: 'length toK toTheta fromK fromTheta toRow[2] fromRow[2] terms[3] places[]',
    floats: 'weights[]',
  },
  permute: { words: 'to from size[3] distance[3]' },
  transform: { words: 'length inShape[3] outShape[3] scratch m1 entry1 m2 entry2 gM1 gM2 images[]' },
  transformAdjoint: { words: 'length inShape[3] outShape[3] scratch m1 entry1 m2 entry2 gM1 gM2 images[]' },
  attention: {
    words: 'length shape[3] scratch mechanism weights gWeights bias keys images[]',
    floats: 'scale',
  },
  attentionAdjoint: {
    words: 'length shape[3] scratch mechanism weights gWeights bias keys images[]',
    floats: 'scale',
  },
  embed: { words: 'toK toTheta table size[3] full[2] positions' },
  weighSamples: { words: 'toK toTheta fromK fromTheta size[3] w1 w2 full[2] lanes1' },
  dot: { words: 'to a b bytes' },
} as const satisfies Readonly<Record<string, OperandList>>;

/** What instructions point at, laid out as they are but without an opcode: a `filter`'s window, weights and nonlinearity. */
export const descriptors = {
  filterDescriptor: {
    words: 'window[3] stride[3] low[3] full[2] activation plane parameters scratch margin spread factors',
    floats: 'scale shift ntkFromNngp ntkShift',
  },
} as const satisfies Readonly<Record<string, OperandList>>;

/** Lists whose members have their place as a code. */
export const codes = {
  /** Nonlinearities; none first. */
  activation:
    'none abRelu erf gelu exponential sine gaussian gabor expNormalized sign polynomial rectifiedMonomial quadrature laplace',
  /** What attention makes of its scores. */
  mechanism: 'softmax identity abs relu',
  /** Functions under quadrature. */
  namedFunction: functionNames.join(' '),
} as const satisfies Readonly<Record<string, string>>;

/**
 * Numbers that both sides know.
 *
 * @public for scripts/write-instructions.mjs
 */
export const constants = { LEFT_OUT };

/** Operands by name, separated by spaces. */
export interface OperandList {
  readonly words: string;
  readonly floats?: string;
}

export type InstructionName = keyof typeof instructions;

/** A member of one of the lists of codes. */
export type CodeName<List extends keyof typeof codes> = Split<(typeof codes)[List]>;

/** The code of a member. */
export const codeOf = <List extends keyof typeof codes>(list: List, name: CodeName<List>): number =>
  codes[list].split(' ').indexOf(name);

type Split<Text extends string> = Text extends `${infer Head} ${infer Tail}` ? Head | Split<Tail> : Text;

/** The values of operands by name, all but `length`. */
export type Operands<List extends OperandList> = Values<List['words']> &
  (List['floats'] extends string ? Values<List['floats']> : unknown);

type Values<Text extends string> = {
  readonly [Entry in Exclude<Split<Text>, 'length'> as Entry extends `${infer Name}[${string}]`
    ? Name
    : Entry]: Entry extends `${string}[${string}]` ? readonly number[] : number;
};

/** One operand: how many values it has, null if any number. */
export interface Operand {
  readonly name: string;
  readonly count: number | null;
}

/** The operands of a list of names. */
export function operandsOf(list: string | undefined): Operand[] {
  return (list?.split(' ') ?? []).map((entry) => {
    const [, name, count] = /^(\w+)(?:\[(\d*)\])?$/.exec(entry)!;
    return { name, count: count === undefined ? 1 : count === '' ? null : Number(count) };
  });
}

/** Bytes of a list without lists of any length. */
export function bytesOf({ words, floats }: OperandList, before = 0): number {
  const count = (list: string | undefined) =>
    operandsOf(list).reduce((sum, operand) => sum + operand.count!, 0);
  const firstFloat = before + count(words) + (floats ? (before + count(words)) % 2 : 0);
  return 4 * firstFloat + 8 * count(floats);
}
