import {
  descriptors,
  type InstructionName,
  instructions,
  type Operand,
  type OperandList,
  type Operands,
  operandsOf,
} from '../instructions.js';
import type { OwnCall } from './plan-types.js';

type Values = Readonly<Record<string, number | readonly number[]>>;

interface Format {
  readonly opcode: number | null;
  readonly words: readonly Operand[];
  readonly floats: readonly Operand[];
}

const formatOf = (list: OperandList, opcode: number | null): Format => ({
  opcode,
  words: operandsOf(list.words),
  floats: operandsOf(list.floats),
});

const formats = Object.fromEntries(
  Object.entries(instructions).map(([name, list], opcode) => [name, formatOf(list, opcode)]),
);
const filterDescriptor = formatOf(descriptors.filterDescriptor, null);

/** Collects 32-bit words of instructions and descriptors. */
export class Assembler {
  readonly #words: number[] = [];
  /** What is done outside of the module, at places relative to the first instruction. */
  readonly calls: OwnCall[] = [];

  get bytes(): number {
    return this.#words.length * 4;
  }

  /** Appends an instruction. */
  emit<Name extends InstructionName>(name: Name, operands: Operands<(typeof instructions)[Name]>): void {
    this.#append(formats[name], operands as Values);
  }

  /** Notes what is to be done outside of the module before the next instruction. */
  call(call: Omit<OwnCall, 'at'>): void {
    this.calls.push({ ...call, at: this.bytes });
  }

  /** Appends the descriptor of a filter step and returns its byte offset. */
  describeFilter(operands: Operands<typeof descriptors.filterDescriptor>): number {
    return this.#append(filterDescriptor, operands as unknown as Values);
  }

  /** Appends numbers in the engine's format and returns their byte offset. */
  numbers(values: readonly number[], bytes: number): number {
    const array = bytes === 4 ? new Float32Array(values) : new Float64Array(values);
    return this.#push(new Int32Array(array.buffer));
  }

  /** Pads to a multiple of 16 bytes. */
  align(): void {
    while (this.#words.length % 4) this.#words.push(0);
  }

  finish(): Int32Array {
    return Int32Array.from(this.#words);
  }

  #append({ opcode, words, floats }: Format, values: Values): number {
    const start = this.#words.length;
    if (opcode !== null) this.#words.push(opcode);
    let length: number | null = null;
    for (const operand of words) {
      if (operand.name === 'length') {
        length = this.#words.length;
        this.#words.push(0);
      } else for (const word of valuesOf(operand, values)) this.#words.push(word);
    }
    if ((floats.length > 0 || length !== null) && (this.#words.length - start) % 2) this.#words.push(0);
    const numbers = floats.flatMap((operand) => valuesOf(operand, values));
    this.#push(new Int32Array(new Float64Array(numbers).buffer));
    if (length !== null) this.#words[length] = this.#words.length - start;
    return start * 4;
  }

  #push(words: Int32Array): number {
    const at = this.bytes;
    for (const word of words) this.#words.push(word);
    return at;
  }
}

function valuesOf({ name, count }: Operand, values: Values): readonly number[] {
  const given = [values[name]].flat() as number[];
  if (count !== null && given.length !== count) {
    throw new Error(`engine: the operand ${name} has ${count} values, got ${given.length}`);
  }
  return given;
}
