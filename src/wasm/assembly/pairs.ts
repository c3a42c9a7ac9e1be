// Covariances of all pairs of positions as a matrix [p][p'], a pair a row of lanes, and as the images by displacement that
// steps leave: image d holds pair (p, p + d) at place min(p, p + d) of a box that is |d| smaller than the whole.
import { addInto } from './lanes';
import { word } from './words';

export const GATHER: i32 = 0;
export const SCATTER: i32 = 1;
export const SCATTER_ADD: i32 = 2;

/** Bytes of the table of addresses of the images of positions whose shape is at word `shape`. */
@inline
export function tableBytes(pc: usize, shape: usize): usize {
  const displacements = (2 * word(pc, shape) - 1) * (2 * word(pc, shape + 1) - 1) * (2 * word(pc, shape + 2) - 1);
  return (<usize>displacements) << 2;
}

/** Positions of an image whose shape is at word `shape`. */
@inline
export function positions(pc: usize, shape: usize): i32 {
  return word(pc, shape) * word(pc, shape + 1) * word(pc, shape + 2);
}

/**
 * Copies all pairs from images to a matrix (0 where there is no image), or from a matrix to the images that there are, or
 * adds it to these.
 *
 * @param table addresses of the images, a word each, by displacement in lexicographic order; 0 for none.
 * @param shape three words: the sizes of the image of positions.
 */
export function movePairs<T extends number>(
  direction: i32,
  table: usize,
  shape: usize,
  matrix: usize,
  width: usize,
): void {
  const depth = load<i32>(shape);
  const rows = load<i32>(shape + 4);
  const columns = load<i32>(shape + 8);
  let pair = matrix;
  for (let pz = 0; pz < depth; pz++) {
    for (let py = 0; py < rows; py++) {
      for (let px = 0; px < columns; px++) {
        for (let qz = 0; qz < depth; qz++) {
          for (let qy = 0; qy < rows; qy++) {
            const along = (qz - pz + depth - 1) * (2 * rows - 1) + qy - py + rows - 1;
            const line = table + ((<usize>(along * (2 * columns - 1) + columns - 1 - px)) << 2);
            const place = min(pz, qz) * (rows - abs(qy - py)) + min(py, qy);
            for (let qx = 0; qx < columns; qx++, pair += width) {
              const image = <usize>load<i32>(line + ((<usize>qx) << 2));
              if (!image) {
                if (direction == GATHER) memory.fill(pair, 0, width);
                continue;
              }
              const at = image + <usize>(place * (columns - abs(qx - px)) + min(px, qx)) * width;
              if (direction == GATHER) memory.copy(pair, at, width);
              else if (direction == SCATTER) memory.copy(at, pair, width);
              else addInto<T>(at, pair, width);
            }
          }
        }
      }
    }
  }
}
