import type { Tensor } from '#tf';
import { type AnyArray, readArray } from '../base/any-array.js';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import type { NdArray } from '../base/nd-array.js';
import { leavesOf, type Tree } from '../tracing/tree.js';
import { warnChannelsFirst } from './warn-channels-first.js';

/** An array of samples, `[n, …spatial, channels]`, as it was read. */
export type Samples = Tensor | NdArray;

/**
 * Checks the inputs of a kernel: `x1` `[n1, …spatial, channels]`, and `x2` `[n2, …spatial, channels]` or null; lists of such
 * for networks with several inputs.
 *
 * @param where the caller's name, for messages.
 * @throws TypeError when an input is no array.
 * @throws DisposedError when a tensor was disposed of.
 * @throws ShapeError when the rank is less than 2, a size is 0, an array's data do not fill its shape, samples of x1 and
 *   x2 differ in shape, or the inputs of a list in their number of samples.
 * @throws NonFiniteError when an entry is NaN or infinite.
 */
export function checkInputs(where: string, x1: Tree<Samples>, x2: Tree<Samples> | null): void {
  checkTree(where, 'x1', x1);
  if (x2 === null || x2 === x1) return;
  checkTree(where, 'x2', x2);
  checkPair(where, '', x1, x2);
}

/** Checks every input of a tree, and that all have as many samples. */
function checkTree(where: string, name: string, x: Tree<Samples>): void {
  eachNamed(name, x, (leaf, path) => {
    checkSamples(where, path, leaf);
  });
  const counts = leavesOf(x).map(({ shape }) => shape[0]);
  if (counts.length === 0) throw new ShapeError(`${where}: ${name} must hold an input, got an empty list.`);
  if (counts.every((count) => count === counts[0])) return;
  throw new ShapeError(
    `${where}: all inputs of ${name} must have as many samples, got ${counts.join(', ')}.`,
  );
}

/** Checks that x1 and x2 have one form and samples of equal shapes. */
function checkPair(where: string, path: string, x1: Tree<Samples>, x2: Tree<Samples>): void {
  if (Array.isArray(x1) || Array.isArray(x2)) {
    const [list1, list2] = [[x1].flat(), [x2].flat()];
    if (!Array.isArray(x1) || !Array.isArray(x2) || list1.length !== list2.length) {
      throw new ShapeError(
        `${where}: x2 must hold inputs as x1 does, got ${list2.length} for ${list1.length}${path && ` at ${path}`}.`,
      );
    }
    x1.forEach((branch, i) => {
      checkPair(where, `${path}[${i}]`, branch, x2[i]);
    });
    return;
  }
  const [{ shape: shape1 }, { shape: shape2 }] = [x1 as Samples, x2 as Samples];
  const [sample1, sample2] = [shape1.slice(1), shape2.slice(1)];
  if (String(sample1) === String(sample2)) return;
  const [name1, name2] = [`x1${path}`, `x2${path}`];
  throw new ShapeError(
    `${where}: samples of ${name1} and ${name2} must have equal shapes, got [${sample1}] (${name1} is [${shape1}]) and ` +
      `[${sample2}] (${name2} is [${shape2}]). Give both the same spatial sizes and channels.`,
  );
}

/** Visits the leaves of a tree with their names, e.g. `x1[0]`. */
export function eachNamed<Leaf extends object>(
  name: string,
  tree: Tree<Leaf>,
  visit: (leaf: Leaf, name: string) => void,
): void {
  if (!Array.isArray(tree)) visit(tree as Leaf, name);
  else {
    tree.forEach((branch, i) => {
      eachNamed(`${name}[${i}]`, branch, visit);
    });
  }
}

/** Reads every input of a tree, of the caller's arrays; the errors are those of `readArray`. */
export function readInputs(where: string, name: string, tree: Tree<AnyArray>): Tree<NdArray> {
  if (!Array.isArray(tree)) return readArray(where, name, tree as AnyArray);
  return tree.map((branch, i) => readInputs(where, `${name}[${i}]`, branch));
}

/** Checks one input array, called `name` in messages; the errors are those of `checkInputs`. */
export function checkSamples(where: string, name: string, x: Samples): void {
  const { shape, data } = readArray(where, name, x);
  if (shape.length < 2) {
    throw new ShapeError(
      `${where}: ${name} needs a batch and a channel axis, got shape [${shape}]. ` +
        'Reshape a vector of d numbers to [1, d].',
    );
  }
  if (shape.includes(0)) {
    throw new ShapeError(
      `${where}: ${name} must not be empty, got shape [${shape}]. Pass at least one sample.`,
    );
  }
  const at = firstNonFinite(data);
  if (at >= 0) {
    throw new NonFiniteError(
      `${where}: ${name} must be finite, got ${data[at]} at [${indexOf(at, shape)}]. Clean the data first.`,
    );
  }
  warnChannelsFirst(where, name, shape);
}

/** The index along each axis of entry `flat` of a row-major array. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
