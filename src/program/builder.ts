import { sizeOf } from '../base/nd-array.js';
import type { AnyOp } from './ops/index.js';
import type { Program } from './program.js';
import type { RowLayout, Table } from './row.js';

/** Collects covariance ops while a network is traced, and cuts the Program of one of them out. */
export class ProgramBuilder {
  readonly #ops: AnyOp[] = [];
  readonly #inputs: { readonly at: number; readonly shape: readonly number[] }[] = [];
  readonly #tables = new Map<unknown, Table>();
  #inputSize = 0;
  #size = 0;

  /** @param hasPattern whether samples bring a graph (`SampleFacts`). */
  constructor(readonly hasPattern = false) {}

  /** Appends an op, whose inputs are indices that `emit` returned before. @returns its index. */
  emit(op: AnyOp): number {
    return this.#ops.push(op) - 1;
  }

  /** The op at an index that `emit` returned. */
  op(index: number): AnyOp {
    return this.#ops[index];
  }

  /** Makes room in the rows for an input whose samples have this shape; before any table. @returns where it begins. */
  input(shape: readonly number[]): number {
    const at = this.#size;
    this.#inputs.push({ at, shape });
    this.#size += sizeOf(shape);
    this.#inputSize = this.#size;
    return at;
  }

  /** Makes room in the rows for a table, once for each `key`. @returns where it begins. */
  table(key: unknown, size: number, evaluate: Table['evaluate']): number {
    const known = this.#tables.get(key);
    if (known) return known.at;
    const at = this.#size;
    this.#tables.set(key, { at, size, evaluate });
    this.#size += size;
    return at;
  }

  /** What the rows hold. */
  get row(): RowLayout {
    return {
      inputs: this.#inputs,
      inputSize: this.#inputSize,
      tables: [...this.#tables.values()],
      size: this.#size,
    };
  }

  /** The Program whose result is the op at `output`: that op and those it depends on, renumbered. */
  program(output: number): Program {
    const needed = new Set([output]);
    for (let i = output; i >= 0; i--) {
      if (needed.has(i)) for (const input of this.#ops[i].inputs) needed.add(input);
    }
    const kept = [...needed].sort((a, b) => a - b);
    const renumbered = new Map(kept.map((old, now) => [old, now]));
    const ops = kept.map((i) => {
      const op = this.#ops[i];
      return { ...op, inputs: op.inputs.map((input) => renumbered.get(input)!) };
    });
    const { size: rowSize, inputSize } = this.row;
    return { version: 1, rowSize, inputSize, ops, output: ops.length - 1 };
  }
}
