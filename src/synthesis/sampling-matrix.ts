/**
 * The matrix `[h·w, h·w]`, row-major, that moves an image: position p of the result is bilinear between the four positions about
 * from(p), zeros outside the image.
 */
export function samplingMatrix(
  h: number,
  w: number,
  from: (row: number, column: number) => readonly [row: number, column: number],
): Float32Array {
  const matrix = new Float32Array((h * w) ** 2);
  for (let at = 0; at < h * w; at++) {
    const [row, column] = from(Math.floor(at / w), at % w);
    const [top, left] = [Math.floor(row), Math.floor(column)];
    for (const y of [top, top + 1]) {
      for (const x of [left, left + 1]) {
        if (y < 0 || y >= h || x < 0 || x >= w) continue;
        matrix[at * h * w + y * w + x] += (1 - Math.abs(row - y)) * (1 - Math.abs(column - x));
      }
    }
  }
  return matrix;
}
