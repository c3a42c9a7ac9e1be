import { isZero } from '../lowering/geometry.js';
import { readsVariances, type Step } from '../lowering/steps.js';
import type { Assembler } from './assembler.js';
import { type Instance, inputsOf, nameOf } from './chain.js';
import type { Emission } from './emit/emission.js';
import { emitForward } from './emit/index.js';
import type { KeptImages } from './kept-images.js';
import type { Image, ImageOf } from './plan-types.js';
import type { Slots } from './slots.js';

/**
 * Writes a chain's forward instructions, and knows where its images are until they are released.
 *
 * With `taped`, what the nonlinearities were applied to stays, as do inputs that adjoints read until these are released, and the
 * end's own result, which no adjoint needs, is not computed.
 */
export class ChainRun {
  /** What nonlinearities were applied to, by instance. */
  readonly tapes = new Map<string, Image>();
  readonly #emission: Emission;
  readonly #values: KeptImages;
  readonly #slots: Slots;
  readonly #images = new Map<string, Image>();
  /** How many instances have still to read an image. */
  readonly #readers = new Map<string, number>();

  constructor(emission: Emission, values: KeptImages, slots: Slots) {
    this.#emission = emission;
    this.#values = values;
    this.#slots = slots;
  }

  /** The image of a step at a displacement. */
  readonly imageOf: ImageOf = (step, d) =>
    this.#values.images[step].get(d.join()) ?? this.#images.get(nameOf({ step, d }))!;

  /** @param endImage where the end's result goes; null: it is not wanted. */
  write(code: Assembler, chain: readonly Instance[], endImage: Image | null, taped: boolean): void {
    const { lowered, ofSamples } = this.#emission;
    for (const instance of chain) this.#countReaders(instance);
    const end = chain[chain.length - 1];
    for (const instance of chain) {
      const step = lowered.steps[instance.step];
      const nonlinear = step.kind === 'filter' && step.activation !== null;
      const variances = ofSamples && readsVariances(step) && isZero(instance.d);
      const tape = nonlinear && (taped || variances) ? this.#take(step) : null;
      if (tape && taped) this.tapes.set(nameOf(instance), tape);
      const idle = instance === end && (taped || endImage === null);
      if (!idle || tape || (variances && !taped)) {
        const out = idle ? null : instance === end ? endImage! : this.#take(step);
        if (out && instance !== end) this.#images.set(nameOf(instance), out);
        const at = { code, index: instance.step, step, d: instance.d, input: this.imageOf, out, tape };
        emitForward(this.#emission, at);
      }
      if (tape && !taped) this.#slots.give(tape);
      if (!(taped && this.#emission.readsInputs(step))) this.release(instance);
    }
  }

  /** Says that an instance has read its inputs for the last time. */
  release(instance: Instance): void {
    for (const input of inputsOf(this.#emission.lowered, instance)) {
      const name = nameOf(input);
      const left = this.#readers.get(name)! - 1;
      this.#readers.set(name, left);
      const image = this.#images.get(name);
      if (left === 0 && image) this.#slots.give(image);
    }
  }

  #countReaders(instance: Instance): void {
    for (const input of inputsOf(this.#emission.lowered, instance)) {
      const name = nameOf(input);
      this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
    }
  }

  #take(step: Step): Image {
    return this.#slots.take(this.#emission.hasTheta(step));
  }
}
