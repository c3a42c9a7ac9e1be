import type { AnyOp } from './ops/index.js';
import type { Program } from './program.js';

/** Collects covariance ops while a network is traced, and cuts the Program of one of them out. */
export class ProgramBuilder {
  readonly #ops: AnyOp[] = [];

  /** Appends an op, whose inputs are indices that `emit` returned before. @returns its index. */
  emit(op: AnyOp): number {
    return this.#ops.push(op) - 1;
  }

  /** The op at an index that `emit` returned. */
  op(index: number): AnyOp {
    return this.#ops[index];
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
    return { version: 1, ops, output: ops.length - 1 };
  }
}
