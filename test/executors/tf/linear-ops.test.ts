import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src/base/nd-array.js';
import type { Covariances } from '../../../src/executors/executor.js';
import { tfExecutor } from '../../../src/executors/tf/executor.js';
import { type AnyOp, opRules } from '../../../src/program/ops/index.js';
import { combinations, type Displacement, type OpRule } from '../../../src/program/ops/rule.js';
import type { Program } from '../../../src/program/program.js';
import { relativeError } from '../../support/compare.js';
import { tolerance } from '../../support/tolerance.js';

/** An op on covariances over positions of an image, and what its documentation says of one entry. */
interface Case {
  readonly image: readonly number[];
  readonly op: AnyOp;
  /** The result at [P, P'], given the input at [p, p'] (0 outside the image). */
  readonly entry: (k: At, P: Displacement, P2: Displacement) => number;
}

type At = (p: Displacement, p2: Displacement) => number;

const positions = (shape: readonly number[]): Displacement[] =>
  combinations(shape.map((size) => Array.from({ length: size }, (_, i) => i)));

const plus = (p: Displacement, delta: Displacement): Displacement =>
  p.map((entry, axis) => entry + delta[axis]);

const sum = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);

const images = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

const fewPositions = images.filter((image) => sizeOf(image) <= 9);

const windows = images.chain((image) =>
  fc
    .tuple(
      ...image.map((size) =>
        fc.record({
          window: fc.integer({ min: 1, max: size }),
          stride: fc.integer({ min: 1, max: 3 }),
          low: fc.integer({ min: 0, max: 2 }),
          high: fc.integer({ min: 0, max: 2 }),
        }),
      ),
    )
    .map((axes) => ({
      image,
      shape: axes.map(({ window, stride, low, high }, axis) =>
        Math.floor((image[axis] + low + high - window) / stride + 1),
      ),
      window: axes.map(({ window }) => window),
      strides: axes.map(({ stride }) => stride),
      low: axes.map(({ low }) => low),
    })),
);

type Window = typeof windows extends fc.Arbitrary<infer T> ? T : never;

const first = ({ strides, low }: Window, P: Displacement): Displacement =>
  P.map((entry, axis) => entry * strides[axis] - low[axis]);

const cases: Record<string, fc.Arbitrary<Case>> = {
  patchMean: windows.map((w) => ({
    image: w.image,
    op: { op: 'patchMean', inputs: [0], ...withoutImage(w) },
    entry: (k, P, P2) => {
      const deltas = positions(w.window);
      return sum(deltas.map((d) => k(plus(first(w, P), d), plus(first(w, P2), d)))) / deltas.length;
    },
  })),
  flatten: images.map((image) => ({
    image,
    op: { op: 'patchMean', inputs: [0], shape: [], ...wholeImage(image) },
    entry: (k) => sum(positions(image).map((p) => k(p, p))) / sizeOf(image),
  })),
  pool: windows.map((w) => ({
    image: w.image,
    op: { op: 'pool', inputs: [0], scale: 0.25, ...withoutImage(w) },
    entry: (k, P, P2) => {
      const deltas = positions(w.window);
      return (
        0.25 * sum(deltas.flatMap((a) => deltas.map((b) => k(plus(first(w, P), a), plus(first(w, P2), b)))))
      );
    },
  })),
  transposedPatch: windows.map((w) => {
    const shape = w.image.map(
      (size, axis) => (size - 1) * w.strides[axis] + w.window[axis] - w.low[axis] + 1,
    );
    const positive = shape.map((size) => Math.max(size, 1));
    return {
      image: w.image,
      op: { op: 'transposedPatch', inputs: [0], ...withoutImage(w), shape: positive },
      entry: (k, P, P2) => {
        const deltas = positions(w.window);
        // Between the positions of the input there is nothing, as outside.
        const source = (Q: Displacement, delta: Displacement): Displacement =>
          Q.map((entry, axis) => (entry + w.low[axis] - delta[axis]) / w.strides[axis]);
        return sum(deltas.map((delta) => k(source(P, delta), source(P2, delta)))) / deltas.length;
      },
    };
  }),
  mix: images.map((image) => {
    const shape = image.map((size, axis) => ((size + axis) % 3) + 1);
    const weight = (axis: number, P: number, p: number) => Math.max(0, 1.5 - Math.abs(P - p) + axis / 8);
    const matrices = image.map((size, axis) =>
      axis === 1 && shape[axis] === size
        ? null
        : Array.from({ length: shape[axis] }, (_, P) =>
            Array.from({ length: size }, (__, p) => weight(axis, P, p)),
          ),
    );
    const whole = (P: Displacement, p: Displacement): number =>
      P.reduce(
        (product, entry, axis) => product * (matrices[axis]?.[entry][p[axis]] ?? Number(entry === p[axis])),
        1,
      );
    return {
      image,
      op: { op: 'mix', inputs: [0], shape, matrices },
      entry: (k, P, P2) =>
        sum(
          positions(image).flatMap((p) =>
            positions(image).map((p2) => whole(P, p) * whole(P2, p2) * k(p, p2)),
          ),
        ),
    };
  }),
  transform: fc.tuple(fewPositions, fewPositions, fc.boolean()).map(([image, shape, onePerRow]) => {
    const [rows, columns] = [positions(shape), positions(image)];
    const weight = (i: number, j: number) =>
      onePerRow && j !== (3 * i + 1) % columns.length ? 0 : 1 + Math.cos(i + 2 * j);
    const values = rows.map((_, i) => columns.map((__, j) => weight(i, j)));
    return {
      image,
      op: { op: 'transform', inputs: [0], shape, matrix: { values } },
      entry: (k, P, P2) => {
        const [i, i2] = [P, P2].map((place) => rows.findIndex((row) => String(row) === String(place)));
        return sum(
          columns.flatMap((p, j) =>
            columns.map((p2, j2) => {
              const product = values[i][j] * values[i2][j2];
              return product === 0 ? 0 : product * k(p, p2);
            }),
          ),
        );
      },
    };
  }),
  diagonal: images.map((image) => ({
    image,
    op: { op: 'diagonal', inputs: [0], shape: image },
    entry: (k, P, P2) => (String(P) === String(P2) ? k(P, P2) : 0),
  })),
  globalPool: images.map((image) => ({
    image,
    op: { op: 'pool', inputs: [0], shape: [], scale: 1, ...wholeImage(image) },
    entry: (k) => sum(positions(image).flatMap((a) => positions(image).map((b) => k(a, b)))),
  })),
  select: images.chain((image) =>
    fc
      .tuple(
        ...image.map((size) =>
          fc.oneof(
            fc.nat(size - 1),
            fc.array(fc.integer({ min: -1, max: size - 1 }), { minLength: 1, maxLength: 5 }),
          ),
        ),
      )
      .map((at) => ({
        image,
        op: {
          op: 'select',
          inputs: [0],
          shape: at.flatMap((a) => (typeof a === 'number' ? [] : [a.length])),
          at,
        },
        entry: (k, P, P2) => k(selected(at, P), selected(at, P2)),
      })),
  ),
  weigh: images.map((image) => {
    const weights = image.map((size, axis) => Array.from({ length: size }, (_, i) => 1 / (i + axis + 1)));
    const weight = (P: Displacement): number => P.reduce((w, entry, axis) => w * weights[axis][entry], 1);
    return {
      image,
      op: { op: 'weigh', inputs: [0], shape: image, weights },
      entry: (k, P, P2) => weight(P) * weight(P2) * k(P, P2),
    };
  }),
};

function withoutImage({ image: _, ...fields }: Window) {
  return fields;
}

function wholeImage(image: readonly number[]) {
  return { window: image, strides: image.map(() => 1), low: image.map(() => 0) };
}

function selected(at: readonly (number | readonly number[])[], P: Displacement): Displacement {
  let axis = 0;
  return at.map((places) => (typeof places === 'number' ? places : places[P[axis++]]));
}

/** Entries in adjacent pairs of axes, made of [p, p'] and a sample. */
function adjacent(shape: readonly number[], entry: (p: Displacement, p2: Displacement) => number): number[] {
  const pairs = positions(shape.flatMap((size) => [size, size]));
  const half = (index: Displacement, which: 0 | 1): Displacement =>
    index.filter((_, axis) => axis % 2 === which);
  return pairs.map((index) => entry(half(index, 0), half(index, 1)));
}

const n1 = 2;
const n2 = 1;

/** Runs one op on given covariances; `k` are those of each of the n1·n2 pairs. */
function run(
  { image, op }: Case,
  k: readonly At[],
): { nngp: Float32Array; ntk: Float32Array; cov1: Float32Array } {
  const program: Program = {
    version: 1,
    rowSize: 0,
    inputSize: 0,
    ops: [{ op: 'given', inputs: [], shape: image, index: 0 }, op],
    output: 1,
  };
  const pairs = image.flatMap((size) => [size, size]);
  const values = k.flatMap((at) => adjacent(image, at));
  return tf.tidy(() => {
    const nngp = tf.tensor(values, [n1, n2, ...pairs]);
    const cov1 = tf.tensor(values, [n1, ...pairs]);
    const given: Covariances = { nngp, ntk: tf.mul(2, nngp), cov1, cov2: null };
    const result = tfExecutor.evaluate(program, { given: [given] }, ['nngp', 'ntk', 'cov1', 'cov2']);
    expect(result.cov2).toBeNull();
    const out = op.shape.flatMap((size) => [size, size]);
    expect(result.nngp!.shape).toEqual([n1, n2, ...out]);
    expect(result.cov1!.shape).toEqual([n1, ...out]);
    const data = (field: 'nngp' | 'ntk' | 'cov1') => result[field]!.dataSync() as Float32Array;
    return { nngp: data('nngp'), ntk: data('ntk'), cov1: data('cov1') };
  });
}

/** A covariance without any symmetry, positive so that sums keep their digits, 0 outside the image. */
const arbitrary =
  (image: readonly number[], sample: number): At =>
  (p, p2) => {
    const inside = (entry: number, axis: number) =>
      Number.isInteger(entry) && entry >= 0 && entry < image[axis];
    const outside = ![p, p2].every((q) => q.every(inside));
    const phase = [...p, ...p2].reduce((a, entry) => 7.3 * a + entry, sample);
    return outside ? 0 : 1.5 + Math.sin(phase);
  };

describe.each(Object.entries(cases))('%s', (_, arbitraryCase) => {
  it('is what its definition says, for nngp, ntk and cov1 alike', () => {
    fc.assert(
      fc.property(arbitraryCase, (oneCase) => {
        const { image, op, entry } = oneCase;
        const k = [0, 1].map((sample) => arbitrary(image, sample));
        const expected = k.flatMap((at) => adjacent(op.shape, (P, P2) => entry(at, P, P2)));
        const { nngp, ntk, cov1 } = run(oneCase, k);
        expect(relativeError(nngp, expected)).toBeLessThan(tolerance.f32.rounding);
        expect(relativeError(cov1, expected)).toBeLessThan(tolerance.f32.rounding);
        expect(
          relativeError(
            ntk,
            expected.map((value) => 2 * value),
          ),
        ).toBeLessThan(tolerance.f32.rounding);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('reads no other displacements than it says that it needs', () => {
    fc.assert(
      fc.property(arbitraryCase, fc.nat(), (oneCase, pick) => {
        const { image, op, entry } = oneCase;
        const wanted = combinations(op.shape.map((size) => [pick % size, -(pick % size)]))[0];
        const rule = opRules[op.op] as OpRule<AnyOp>;
        const needed = new Set(rule.needs(op, wanted, image).map(String));
        for (const displacement of needed) {
          expect(displacement.split(',').every((d, axis) => Math.abs(Number(d)) < image[axis])).toBe(true);
        }
        const full = arbitrary(image, 0);
        const only: At = (p, p2) =>
          needed.has(String(p2.map((entry, axis) => entry - p[axis]))) ? full(p, p2) : 0;
        for (const P of positions(op.shape)) {
          const P2 = plus(P, wanted);
          if (P2.some((coordinate, axis) => coordinate < 0 || coordinate >= op.shape[axis])) continue;
          expect(entry(only, P, P2)).toBe(entry(full, P, P2));
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});
