import { ShapeError } from '../../base/errors.js';
import { type NdArray, sizeOf } from '../../base/nd-array.js';

/**
 * The matrix `[positions, positions]`, row-major, that aggregates one sample: row j holds what reaches position j from others.
 *
 * @param image spatial sizes.
 * @param axes the aggregated ones of these axes, in order; positions that differ on another axis do not meet.
 * @param weights of the edge from each tail to each head, `[tails, heads]`, both running over the aggregated axes.
 */
export function positionMatrix(
  image: readonly number[],
  axes: readonly number[],
  weights: ArrayLike<number>,
): Float64Array {
  const positions = sizeOf(image);
  const heads = sizeOf(axes.map((axis) => image[axis]));
  const vertexOf = new Int32Array(positions);
  const restOf = new Int32Array(positions);
  for (let position = 0; position < positions; position++) {
    let rest = position;
    let [vertexStep, restStep] = [1, 1];
    for (let axis = image.length - 1; axis >= 0; axis--) {
      const index = rest % image[axis];
      rest = (rest - index) / image[axis];
      if (axes.includes(axis)) {
        vertexOf[position] += index * vertexStep;
        vertexStep *= image[axis];
      } else {
        restOf[position] += index * restStep;
        restStep *= image[axis];
      }
    }
  }
  const matrix = new Float64Array(positions ** 2);
  for (let head = 0; head < positions; head++) {
    for (let tail = 0; tail < positions; tail++) {
      if (restOf[head] !== restOf[tail]) continue;
      matrix[head * positions + tail] = weights[vertexOf[tail] * heads + vertexOf[head]];
    }
  }
  return matrix;
}

/**
 * The weights `[tails, heads]` of a dense pattern `[…sizes, …sizes]`.
 *
 * @throws ShapeError for another shape.
 */
export function denseWeights({ shape, data }: NdArray, sizes: readonly number[]): ArrayLike<number> {
  if (String(shape) === String([...sizes, ...sizes])) return data;
  throw new ShapeError(
    `Aggregate: a dense pattern must be [n, ${[...sizes, ...sizes].join(', ')}], got [${['n', ...shape].join(', ')}].`,
  );
}

/**
 * The weights `[tails, heads]` of a sparse pattern `[edges, axes, 2]` (of one axis `[edges, 2]`, too): pairs of a tail's and a
 * head's coordinate on each axis. Every edge weighs 1; one with a negative coordinate is none.
 *
 * @throws ShapeError for another shape.
 * @throws RangeError for a coordinate outside the image.
 */
export function sparseWeights({ shape, data }: NdArray, sizes: readonly number[]): ArrayLike<number> {
  const count = sizes.length;
  const fits =
    shape.at(-1) === 2 && (shape.length === 3 ? shape[1] === count : shape.length === 2 && count === 1);
  if (!fits) {
    throw new ShapeError(
      `Aggregate: a sparse pattern must be [n, edges, ${count}, 2], got [${['n', ...shape].join(', ')}].`,
    );
  }
  const vertices = sizeOf(sizes);
  const weights = new Float64Array(vertices ** 2);
  for (let edge = 0; edge < shape[0]; edge++) {
    const start = edge * count * 2;
    const ends = [0, 1].map((end) => sizes.map((_, axis) => data[start + 2 * axis + end]));
    if (ends.flat().some((coordinate) => coordinate < 0)) continue;
    const [tail, head] = ends.map((coordinates) =>
      coordinates.reduce((vertex, coordinate, axis) => {
        if (Number.isInteger(coordinate) && coordinate < sizes[axis])
          return vertex * sizes[axis] + coordinate;
        throw new RangeError(
          `Aggregate: an edge must join positions of axes [${sizes}], got coordinate ${coordinate}.`,
        );
      }, 0),
    );
    weights[tail * vertices + head] += 1;
  }
  return weights;
}
