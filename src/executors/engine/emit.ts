import type { Offset } from '../../program/ops/rule.js';
import type { Assembler } from './assembler.js';
import { firstPixel, imageSize, isZero, negate, perAxis, pixels, type Triple } from './geometry.js';
import { type FilterStep, type Lowered, type Step, stepNeeds } from './lower.js';
import { opcode } from './opcodes.js';
import type { PlanRequest } from './plan.js';
import type { Regions } from './regions.js';

/** K's and Θ's address of the image of one step at one offset; Θ's is 0 where there is none. */
export interface Image {
  readonly k: number;
  readonly theta: number;
}

/** Looks up the image of a step's input at an offset. */
export type ImageOf = (step: number, d: Offset) => Image;

/** Writes the instructions of single steps at single offsets. */
export class Emitter {
  readonly #lowered: Lowered;
  readonly #request: PlanRequest;
  readonly #regions: Regions;
  readonly #lane: number;
  readonly #number: number;

  constructor(request: PlanRequest, regions: Regions, number: number) {
    this.#lowered = request.lowered;
    this.#request = request;
    this.#regions = regions;
    this.#number = number;
    this.#lane = request.lanes * number;
  }

  bytes(shape: Triple, d: Offset): number {
    return pixels(imageSize(shape, d)) * this.#lane;
  }

  zero(code: Assembler, shape: Triple, d: Offset, image: Image): void {
    for (const at of [image.k, image.theta]) if (at) code.emit(opcode.zero, [at, this.bytes(shape, d)]);
  }

  /**
   * Computes a step at offset `d` into `out`. `tape` keeps what a nonlinearity was applied to, for `adjoint`
   * (which needs no `out`); where the step's variances themselves are computed they go there.
   */
  forward(
    code: Assembler,
    index: number,
    d: Offset,
    input: ImageOf,
    out: Image | null,
    tape: Image | null,
  ): void {
    const step = this.#lowered.steps[index];
    switch (step.kind) {
      case 'source':
        code.emit(opcode.gram, [out!.k, ...this.#gramWords(step, d), 0, 0, 0], [1 / step.channels]);
        return;
      case 'filter':
        this.#filter(code, index, step, d, input, out, tape);
        return;
      case 'sum':
        this.zero(code, step.shape, d, out!);
        for (const source of step.inputs) this.#add(code, step.shape, d, out!, input(source, d));
        return;
      case 'weigh':
        this.zero(code, step.shape, d, out!);
        this.#weigh(code, index, step, d, out!, input(step.inputs[0], d));
        return;
      case 'weighSamples':
        this.zero(code, step.shape, d, out!);
        this.#weighSamples(code, step, d, out!, input(step.inputs[0], d));
        return;
      case 'select':
        this.zero(code, step.shape, d, out!);
        this.#select(step, d, (to, from, extent, toSize, fromSize, e) => {
          const source = input(step.inputs[0], e);
          this.#box(code, shiftImage(out!, to), shiftImage(source, from), extent, toSize, fromSize);
        });
        return;
      case 'product': {
        const [a, b] = step.inputs.map((source) => input(source, d));
        const images = [out!.k, out!.theta, a.k, a.theta, b.k, b.theta];
        code.emit(opcode.product, [...images, this.bytes(step.shape, d)]);
        return;
      }
      case 'transposedPatch': {
        this.zero(code, step.shape, d, out!);
        const words = this.#transposedWords(step, d, out!, input);
        if (words) code.emit(opcode.poolAdjoint, words, [step.scale]);
        return;
      }
      case 'diagonal':
        this.zero(code, step.shape, d, out!);
        if (isZero(d)) this.#add(code, step.shape, d, out!, input(step.inputs[0], d));
        return;
      case 'dropout':
        this.zero(code, step.shape, d, out!);
        this.#dropout(code, step, d, out!, input(step.inputs[0], d));
        return;
      case 'normalize':
        this.#normalize(code, index, step, d, input(step.inputs[0], d), out);
        return;
      case 'mix':
        this.zero(code, step.shape, d, out!);
        for (const e of stepNeeds(this.#lowered, step, d)) {
          this.#mix(code, step, d, e, out!, input(step.inputs[0], e), false);
        }
        return;
      case 'permute': {
        this.zero(code, step.shape, d, out!);
        const e = inputOffset(step, d);
        this.#permute(code, step.order, imageSize(step.shape, d), out!, input(step.inputs[0], e));
        return;
      }
      case 'embed':
        this.zero(code, step.shape, d, out!);
        this.#add(code, step.shape, d, out!, input(step.inputs[0], d));
        this.#embed(code, index, step.shape, d, out!);
        return;
      case 'transform':
      case 'attention':
        throw new Error(`${step.kind} is done for all displacements at once`);
      case 'pool':
        throw new Error('pools add up what their input yields');
    }
  }

  /**
   * Adds what a step's cotangent `g` at `d` (which it overwrites) sends to its inputs', and to x and variances.
   * `value` finds the inputs themselves, of steps whose adjoint reads them.
   */
  adjoint(
    code: Assembler,
    index: number,
    d: Offset,
    g: Image,
    input: ImageOf,
    tape: Image | null,
    value: ImageOf,
  ): void {
    const step = this.#lowered.steps[index];
    switch (step.kind) {
      case 'source': {
        const { gX1, gX2 } = this.#regions;
        const pixel = step.channels * this.#lane;
        const at = step.at * this.#lane;
        const to1 = gX1 && gX1 + at + firstPixel(step.shape, d) * pixel;
        const to2 = gX2 && gX2 + at + firstPixel(step.shape, negate(d)) * pixel;
        const words = [g.k, ...this.#gramWords(step, d), to1, to2, 0];
        code.emit(opcode.gramAdjoint, words, [1 / step.channels]);
        return;
      }
      case 'filter':
        this.#filterAdjoint(code, index, step, d, g, input, tape);
        return;
      case 'sum':
        for (const source of step.inputs) this.#add(code, step.shape, d, input(source, d), g);
        return;
      case 'weigh':
        this.#weigh(code, index, step, d, input(step.inputs[0], d), g);
        return;
      case 'weighSamples':
        this.#weighSamples(code, step, d, input(step.inputs[0], d), g);
        return;
      case 'select':
        this.#select(step, d, (to, from, extent, toSize, fromSize, e) => {
          const source = input(step.inputs[0], e);
          this.#box(code, shiftImage(source, from), shiftImage(g, to), extent, fromSize, toSize);
        });
        return;
      case 'product': {
        const [a, b] = step.inputs.map((source) => value(source, d));
        const [toA, toB] = step.inputs.map((source) => input(source, d));
        const images = [g.k, g.theta, a.k, a.theta, b.k, b.theta, this.bytes(step.shape, d)];
        code.emit(opcode.productAdjoint, [...images, toA.k, toA.theta, toB.k, toB.theta]);
        return;
      }
      case 'transposedPatch': {
        const words = this.#transposedWords(step, d, g, input);
        if (words) code.emit(opcode.pool, words, [step.scale]);
        return;
      }
      case 'diagonal':
        if (isZero(d)) this.#add(code, step.shape, d, input(step.inputs[0], d), g);
        return;
      case 'dropout':
        this.#dropout(code, step, d, input(step.inputs[0], d), g);
        return;
      case 'normalize':
        this.#normalizeAdjoint(code, index, step, d, g, value(step.inputs[0], d), input(step.inputs[0], d));
        return;
      case 'mix':
        for (const e of stepNeeds(this.#lowered, step, d)) {
          this.#mix(code, step, d, e, input(step.inputs[0], e), g, true);
        }
        return;
      case 'permute': {
        const e = inputOffset(step, d);
        const shape = imageSize(this.#lowered.steps[step.inputs[0]].shape, e);
        this.#permute(code, inverse(step.order), shape, input(step.inputs[0], e), g);
        return;
      }
      case 'embed':
        this.#add(code, step.shape, d, input(step.inputs[0], d), g);
        return;
      case 'transform':
      case 'attention':
        throw new Error(`${step.kind} is done for all displacements at once`);
      case 'pool':
        throw new Error('pools send back to one input offset at a time');
    }
  }

  /** The share of the pool's input at offset `d` in each of its results, or (adjoint) of its cotangents in d's. */
  pool(
    code: Assembler,
    step: Extract<Step, { kind: 'pool' }>,
    d: Offset,
    image: Image,
    results: Iterable<readonly [Offset, Image]>,
    adjoint: boolean,
  ): void {
    const shape = this.#lowered.steps[step.inputs[0]].shape;
    const from = imageSize(shape, d);
    for (const [big, result] of results) {
      const shift = perAxis((a) => d[a] - step.strides[a] * big[a]);
      if (perAxis((a) => Math.abs(shift[a]) - step.window[a]).some((excess) => excess >= 0)) continue;
      const lowest = perAxis((a) => Math.max(0, -shift[a]));
      const count = perAxis((a) => step.window[a] - Math.abs(shift[a]));
      const start = perAxis(
        (a) => Math.max(0, -big[a]) * step.strides[a] - step.low[a] + lowest[a] - Math.max(0, -d[a]),
      );
      const theta = image.theta && result.theta;
      code.emit(
        adjoint ? opcode.poolAdjoint : opcode.pool,
        [
          ...[result.k, theta ? result.theta : 0, image.k, theta ? image.theta : 0],
          ...[...from, ...imageSize(step.shape, big), ...step.strides, ...start, ...count],
        ],
        [step.scale],
      );
    }
  }

  #gramWords(step: Extract<Step, { kind: 'source' }>, d: Offset): number[] {
    const { x1, x2 } = this.#regions;
    const lanes1 = this.#request.mode === 'sample';
    const number1 = lanes1 ? this.#lane : this.#number;
    return [
      x1 + (step.at + firstPixel(step.shape, d) * step.channels) * number1,
      x2 + (step.at + firstPixel(step.shape, negate(d)) * step.channels) * this.#lane,
      ...imageSize(step.shape, d),
      ...[step.shape[1], step.shape[2], step.channels, lanes1 ? 1 : 0],
    ];
  }

  #filterWords(step: FilterStep, d: Offset): number[] {
    const input = this.#lowered.steps[step.inputs[0]];
    const from = perAxis((a) => d[a] * step.strides[a]);
    return [...imageSize(input.shape, from), ...imageSize(step.shape, d)];
  }

  /** Whether x1's factors are one number for all lanes. */
  get #one1(): number {
    return Number(this.#request.mode === 'pair');
  }

  #factors(index: number, step: Step, d: Offset): [number, number] {
    const { factors1, factors2, factorAt, factorStep1 } = this.#regions;
    return [
      factors1 + (factorAt[index] + firstPixel(step.shape, d)) * factorStep1,
      factors2 + (factorAt[index] + firstPixel(step.shape, negate(d))) * this.#lane,
    ];
  }

  /** Where the cotangents of the variances at a step's first pixel are; 0 where they are not wanted. */
  #variances(index: number, step: Step, d: Offset): [number, number] {
    const { variances1, variances2, varianceAt } = this.#regions;
    const at = varianceAt[index];
    return [
      variances1 && variances1 + at + firstPixel(step.shape, d) * this.#lane,
      variances2 && variances2 + at + firstPixel(step.shape, negate(d)) * this.#lane,
    ];
  }

  #filter(
    code: Assembler,
    index: number,
    step: FilterStep,
    d: Offset,
    input: ImageOf,
    out: Image | null,
    tape: Image | null,
  ): void {
    const descriptors = this.#regions.filters[index]!;
    const source = input(
      step.inputs[0],
      perAxis((a) => d[a] * step.strides[a]),
    );
    const sizes = this.#filterWords(step, d);
    const [f1, f2] = step.activation ? this.#factors(index, step, d) : [0, 0];
    const from = [source.k, source.theta];
    if (this.#request.mode === 'sample' && step.activation && isZero(d)) {
      // q itself: from it the factors, which the nonlinearity then needs on this very image.
      const q = tape!.k;
      code.emit(opcode.filter, [descriptors.weights, ...from, q, 0, 0, 0, 0, 0, ...sizes]);
      code.emit(opcode.factors, [descriptors.whole, q, f1, this.bytes(step.shape, d)]);
      const size = imageSize(step.shape, d);
      if (out) {
        code.emit(opcode.filter, [descriptors.nonlinearity, q, 0, out.k, 0, 0, 0, f1, f2, ...size, ...size]);
      }
      return;
    }
    if (!out) {
      code.emit(opcode.filter, [descriptors.weights, ...from, tape!.k, tape!.theta, 0, 0, 0, 0, ...sizes]);
      return;
    }
    const kept = step.activation && tape ? [tape.k, tape.theta] : [0, 0];
    code.emit(opcode.filter, [descriptors.whole, ...from, out.k, out.theta, ...kept, f1, f2, ...sizes]);
  }

  #filterAdjoint(
    code: Assembler,
    index: number,
    step: FilterStep,
    d: Offset,
    g: Image,
    input: ImageOf,
    tape: Image | null,
  ): void {
    const descriptors = this.#regions.filters[index]!;
    if (step.activation) {
      const { variances2, varianceAt } = this.#regions;
      const [f1, f2] = this.#factors(index, step, d);
      const [q1, q2] = this.#variances(index, step, d);
      code.emit(opcode.activationAdjoint, [
        ...[descriptors.whole, tape!.k, tape!.theta, g.k, g.theta, f1, f2, q1, q2],
        ...imageSize(step.shape, d),
      ]);
      if (this.#request.mode === 'sample' && isZero(d)) {
        code.emit(opcode.add, [g.k, variances2 + varianceAt[index], this.bytes(step.shape, d)]);
      }
    }
    const to = input(
      step.inputs[0],
      perAxis((a) => d[a] * step.strides[a]),
    );
    code.emit(opcode.filterAdjoint, [
      ...[descriptors.whole, to.k, to.theta, g.k, g.theta, 0, 0, 0, 0],
      ...this.#filterWords(step, d),
    ]);
  }

  /** What `pool` adds from the result at `d` to the input, and `poolAdjoint` the other way round; null: nothing. */
  #transposedWords(
    step: Extract<Step, { kind: 'transposedPatch' }>,
    d: Offset,
    result: Image,
    input: ImageOf,
  ): number[] | null {
    const [e] = stepNeeds(this.#lowered, step, d);
    if (!e) return null;
    const source = input(step.inputs[0], e);
    const theta = source.theta && result.theta;
    const sizes = [imageSize(step.shape, d), imageSize(this.#lowered.steps[step.inputs[0]].shape, e)];
    return [
      ...[source.k, theta ? source.theta : 0, result.k, theta ? result.theta : 0, ...sizes.flat()],
      ...[...step.strides, ...step.low.map((low) => -low), ...step.window],
    ];
  }

  /** The share of the input's offset `e` in the result at `d`; `adjoint`: of the result's cotangent in the input's. */
  #mix(
    code: Assembler,
    step: Extract<Step, { kind: 'mix' }>,
    d: Offset,
    e: Offset,
    to: Image,
    from: Image,
    adjoint: boolean,
  ): void {
    const terms = step.matrices.map((matrix, axis) => termsOf(matrix, d[axis], e[axis]));
    const places = terms.flat().flatMap(([P, p]) => (adjoint ? [p, P] : [P, p]));
    const result = imageSize(step.shape, d);
    const source = imageSize(this.#lowered.steps[step.inputs[0]].shape, e);
    const [toSize, fromSize] = adjoint ? [source, result] : [result, source];
    const theta = to.theta && from.theta;
    const words = [
      ...[to.k, theta ? to.theta : 0, from.k, theta ? from.theta : 0],
      ...[toSize[1], toSize[2], fromSize[1], fromSize[2], ...terms.map(({ length }) => length), ...places],
    ];
    const weights = terms.flat().map(([, , weight]) => weight);
    const length = 2 + words.length + 2 * weights.length;
    code.emit(opcode.mix, [length + (length % 2), ...words], weights);
  }

  /** `to` += `from`; `shape` is the size of `to`, whose axis a is the axis `order[a]` of `from`. */
  #permute(code: Assembler, order: Triple, shape: Triple, to: Image, from: Image): void {
    const fromSize = perAxis((a) => shape[order.indexOf(a)]);
    const distances = [fromSize[1] * fromSize[2], fromSize[2], 1];
    const words = [...shape, ...order.map((axis) => distances[axis])];
    code.emit(opcode.permute, [to.k, from.k, ...words]);
    if (to.theta && from.theta) code.emit(opcode.permute, [to.theta, from.theta, ...words]);
  }

  #dropout(
    code: Assembler,
    step: Extract<Step, { kind: 'dropout' }>,
    d: Offset,
    to: Image,
    from: Image,
  ): void {
    if (!isZero(d)) {
      this.#add(code, step.shape, d, to, from);
      return;
    }
    const scale = (target: number, source: number) => {
      const words = [target, source, this.bytes(step.shape, d), this.#regions.same];
      code.emit(opcode.dropout, words, [step.scale - 1]);
    };
    scale(to.k, from.k);
    if (to.theta && from.theta) scale(to.theta, from.theta);
  }

  #normalize(
    code: Assembler,
    index: number,
    step: Extract<Step, { kind: 'normalize' }>,
    d: Offset,
    from: Image,
    out: Image | null,
  ): void {
    const [f1, f2] = this.#factors(index, step, d);
    if (this.#request.mode === 'sample' && isZero(d)) {
      code.emit(opcode.normalizeFactors, [from.k, f1, ...step.shape, ...step.averaged], [step.eps]);
    }
    if (!out) return;
    const images = [out.k, from.theta && out.theta, from.k, from.theta];
    code.emit(opcode.normalize, [
      ...[...images, f1, f2, ...imageSize(step.shape, d)],
      ...[step.shape[1], step.shape[2], this.#one1],
    ]);
  }

  #normalizeAdjoint(
    code: Assembler,
    index: number,
    step: Extract<Step, { kind: 'normalize' }>,
    d: Offset,
    g: Image,
    value: Image,
    to: Image,
  ): void {
    const [v1, v2] = this.#variances(index, step, d);
    const theta = g.theta && value.theta && to.theta;
    code.emit(opcode.normalizeAdjoint, [
      ...[g.k, theta ? g.theta : 0, value.k, value.theta, to.k, theta ? to.theta : 0],
      ...[...this.#factors(index, step, d), v1, v2, ...imageSize(step.shape, d)],
      ...[step.shape[1], step.shape[2], this.#one1],
    ]);
    if (this.#request.mode === 'sample' && isZero(d)) {
      code.emit(opcode.normalizeVariances, [v2, to.k, ...step.shape, ...step.averaged]);
    }
  }

  #add(code: Assembler, shape: Triple, d: Offset, to: Image, from: Image): void {
    const bytes = this.bytes(shape, d);
    code.emit(opcode.add, [to.k, from.k, bytes]);
    if (to.theta && from.theta) code.emit(opcode.add, [to.theta, from.theta, bytes]);
  }

  #embed(code: Assembler, index: number, shape: Triple, d: Offset, to: Image): void {
    const first = firstPixel(shape, d);
    const last = firstPixel(shape, negate(d));
    const at = this.#regions.tables[index] + (first * pixels(shape) + last) * this.#number;
    const words = [to.k, to.theta, at, ...imageSize(shape, d), shape[1], shape[2], pixels(shape)];
    code.emit(opcode.embed, words);
  }

  #weigh(code: Assembler, index: number, step: Step, d: Offset, to: Image, from: Image): void {
    const table = this.#regions.tables[index];
    const theta = to.theta && from.theta;
    code.emit(opcode.weigh, [
      ...[to.k, theta ? to.theta : 0, from.k, theta ? from.theta : 0, ...imageSize(step.shape, d)],
      table + firstPixel(step.shape, d) * this.#number,
      table + firstPixel(step.shape, negate(d)) * this.#number,
      ...[step.shape[1], step.shape[2]],
    ]);
  }

  #weighSamples(
    code: Assembler,
    step: Extract<Step, { kind: 'weighSamples' }>,
    d: Offset,
    to: Image,
    from: Image,
  ): void {
    const theta = to.theta && from.theta;
    const { x1, x2 } = this.#regions;
    const lanes1 = this.#request.mode === 'sample';
    code.emit(opcode.weighSamples, [
      ...[to.k, theta ? to.theta : 0, from.k, theta ? from.theta : 0, ...imageSize(step.shape, d)],
      x1 + (step.at + firstPixel(step.shape, d)) * (lanes1 ? this.#lane : this.#number),
      x2 + (step.at + firstPixel(step.shape, negate(d))) * this.#lane,
      ...[step.shape[1], step.shape[2], Number(lanes1)],
    ]);
  }

  #box(code: Assembler, to: Image, from: Image, extent: Triple, toSize: Triple, fromSize: Triple): void {
    const sizes = [toSize[1], toSize[2], fromSize[1], fromSize[2]];
    code.emit(opcode.addBox, [to.k, from.k, ...extent, ...sizes]);
    if (to.theta && from.theta) code.emit(opcode.addBox, [to.theta, from.theta, ...extent, ...sizes]);
  }

  /** The boxes of the result at `d` and where each comes from: per axis, runs of neighbours at one input offset. */
  #select(
    step: Extract<Step, { kind: 'select' }>,
    d: Offset,
    visit: (to: number, from: number, extent: Triple, toSize: Triple, fromSize: Triple, e: Triple) => void,
  ): void {
    const n = this.#lowered.steps[step.inputs[0]].shape;
    const along = perAxis((a) => (step.axes[a] < 0 ? 0 : d[step.axes[a]]));
    const toSize = perAxis((a) => step.at[a].length - Math.abs(along[a]));
    const runs = [0, 1, 2].map((a) => runsOf(step.at[a], along[a]));
    for (const z of runs[0]) {
      for (const y of runs[1]) {
        for (const x of runs[2]) {
          const e: Triple = [z.e, y.e, x.e];
          const fromSize = imageSize(n, e);
          const to = ((z.to * toSize[1] + y.to) * toSize[2] + x.to) * this.#lane;
          const from = ((z.from * fromSize[1] + y.from) * fromSize[2] + x.from) * this.#lane;
          visit(to, from, [z.count, y.count, x.count], toSize, fromSize, e);
        }
      }
    }
  }
}

/** Of one axis: the pixels P and p of the images at `d` and `e` where a matrix M has M[P,p]·M[P+d,p+e] ≠ 0, and that. */
function termsOf(matrix: readonly (readonly number[])[], d: number, e: number): [number, number, number][] {
  const [firstP, first] = [Math.max(0, -d), Math.max(0, -e)];
  return matrix.slice(firstP, matrix.length - Math.max(0, d)).flatMap((row, P) =>
    row.flatMap((weight, p): [number, number, number][] => {
      const product = weight * (matrix[firstP + P + d][p + e] ?? 0);
      return product === 0 ? [] : [[P, p - first, product]];
    }),
  );
}

/** The offset of its input that a `permute` reads at `d`. */
const inputOffset = ({ order }: Extract<Step, { kind: 'permute' }>, d: Offset): Triple =>
  perAxis((a) => d[order.indexOf(a)]);

const inverse = (order: Triple): Triple => perAxis((a) => order.indexOf(a));

const shiftImage = (image: Image, bytes: number): Image => ({
  k: image.k + bytes,
  theta: image.theta && image.theta + bytes,
});

/** A run of positions of the result's axis that comes from consecutive positions of one input offset `e`. */
interface Run {
  readonly to: number;
  readonly from: number;
  readonly count: number;
  readonly e: number;
}

/** Splits an axis of the image at displacement `d` of the positions `at` (−1: nothing there). */
function runsOf(at: readonly number[], d: number): Run[] {
  const first = Math.max(0, -d);
  const runs: { to: number; from: number; count: number; e: number }[] = [];
  for (let i = 0; i < at.length - Math.abs(d); i++) {
    const p = at[first + i];
    const p2 = at[first + i + d];
    if (p < 0 || p2 < 0) continue;
    const e = p2 - p;
    const from = p - Math.max(0, -e);
    const last = runs.at(-1);
    const continues = last && last.e === e && last.from + last.count === from && last.to + last.count === i;
    if (continues) last.count++;
    else runs.push({ to: i, from, count: 1, e });
  }
  return runs;
}
