// M1·K·M2ᵀ over all pairs of positions, and its adjoint. A matrix is [out][in] of numbers, the same in all lanes, or of rows
// of lanes; entries of the former that are 0 are skipped.
import { Transform } from './generated/instructions';
import { REGISTER } from './lanes';
import { GATHER, movePairs, positions, SCATTER, SCATTER_ADD, tableBytes } from './pairs';
import { word } from './words';

/**
 * Words: length of the instruction in words, input shape[3], output shape[3], scratch, M1, bytes of its entries, M2, bytes of
 * its entries, 0, 0, then addresses of the input's and of the result's images.
 */
export function transform<T extends number>(pc: usize, width: usize): void {
  const n = positions(pc, Transform.inShape);
  const m = positions(pc, Transform.outShape);
  const k = <usize>word(pc, Transform.scratch);
  const left = k + <usize>(n * n) * width;
  const result = left + <usize>(m * n) * width;
  const from = pc + (Transform.images << 2);
  movePairs<T>(GATHER, from, pc + (Transform.inShape << 2), k, width);
  timesLeft<T>(pc, n, m, k, left, width);
  // result[i][j] = Σ_j' M2[j][j']·left[i][j'].
  const entry = <usize>word(pc, Transform.entry2);
  memory.fill(result, 0, <usize>(m * m) * width);
  accumulate<T>(
    result, width, <usize>m * width,
    <usize>word(pc, Transform.m2), <usize>n * entry, entry, entry == width,
    left, width, <usize>n * width,
    m, n, m, width,
  );
  movePairs<T>(SCATTER, from + tableBytes(pc, Transform.inShape), pc + (Transform.outShape << 2), result, width);
}

/**
 * Words as `transform`'s, where the zeros are the addresses of M1's and M2's cotangents, which are added to (0: not wanted),
 * and the tables those of the input's images, of its cotangents, which are added to, and of the result's cotangents.
 */
export function transformAdjoint<T extends number>(pc: usize, width: usize): void {
  const n = positions(pc, Transform.inShape);
  const m = positions(pc, Transform.outShape);
  const k = <usize>word(pc, Transform.scratch);
  const left = k + <usize>(n * n) * width;
  const gLeft = left + <usize>(m * n) * width;
  const g = gLeft + <usize>(m * n) * width;
  const from = pc + (Transform.images << 2);
  const size = tableBytes(pc, Transform.inShape);
  const wants1 = <usize>word(pc, Transform.gM1);
  const wants2 = <usize>word(pc, Transform.gM2);
  const entry1 = <usize>word(pc, Transform.entry1);
  const entry2 = <usize>word(pc, Transform.entry2);
  const row = <usize>n * width;
  movePairs<T>(GATHER, from + 2 * size, pc + (Transform.outShape << 2), g, width);
  // gLeft[i][j'] = Σ_j M2[j][j']·g[i][j].
  memory.fill(gLeft, 0, <usize>m * row);
  accumulate<T>(
    gLeft, width, row,
    <usize>word(pc, Transform.m2), entry2, <usize>n * entry2, entry2 == width,
    g, width, <usize>m * width,
    n, m, m, width,
  );
  if (wants1 || wants2) movePairs<T>(GATHER, from, pc + (Transform.inShape << 2), k, width);
  if (wants2) {
    // gM2[j][j'] += Σ_i g[i][j]·left[i][j'].
    timesLeft<T>(pc, n, m, k, left, width);
    accumulate<T>(wants2, row, width, g, width, <usize>m * width, true, left, row, width, m, m, n, width);
  }
  if (wants1) {
    // gM1[i][i'] += Σ_j' gLeft[i][j']·K[i'][j'].
    accumulate<T>(wants1, row, width, gLeft, row, width, true, k, width, row, m, n, n, width);
  }
  // gK[i'][j'] = Σ_i M1[i][i']·gLeft[i][j'], over K, which is not needed any more.
  memory.fill(k, 0, <usize>n * row);
  accumulate<T>(
    k, row, width,
    <usize>word(pc, Transform.m1), entry1, <usize>n * entry1, entry1 == width,
    gLeft, row, width,
    n, m, n, width,
  );
  movePairs<T>(SCATTER_ADD, from + size, pc + (Transform.inShape << 2), k, width);
}

/** left[i][j'] = Σ_i' M1[i][i']·K[i'][j']. */
function timesLeft<T extends number>(pc: usize, n: i32, m: i32, k: usize, left: usize, width: usize): void {
  const entry = <usize>word(pc, Transform.entry1);
  const row = <usize>n * width;
  memory.fill(left, 0, <usize>m * row);
  accumulate<T>(
    left, row, width,
    <usize>word(pc, Transform.m1), <usize>n * entry, entry, entry == width,
    k, row, width,
    m, n, n, width,
  );
}

/**
 * to[r][c] += Σ_k a[r][k]·b[k][c]; each has its bytes from row to row and from column to column, `lanes`: a's are of lanes.
 * Four columns at a time, whose part of b stays in the cache for all rows.
 */
function accumulate<T extends number>(
  to: usize, toRow: usize, toColumn: usize,
  a: usize, aRow: usize, aColumn: usize, lanes: bool,
  b: usize, bRow: usize, bColumn: usize,
  rows: i32, inner: i32, columns: i32, width: usize,
): void {
  const fours = columns & ~3;
  for (let c = 0; c < fours; c += 4) {
    for (let r = 0; r < rows; r++) {
      const target = to + <usize>r * toRow + <usize>c * toColumn;
      for (let w: usize = 0; w < width; w += REGISTER) {
        const to0 = target + w;
        const to1 = to0 + toColumn;
        const to2 = to1 + toColumn;
        const to3 = to2 + toColumn;
        let sum0 = v128.load(to0);
        let sum1 = v128.load(to1);
        let sum2 = v128.load(to2);
        let sum3 = v128.load(to3);
        let factor = a + <usize>r * aRow;
        let source = b + <usize>c * bColumn + w;
        for (let k = 0; k < inner; k++, factor += aColumn, source += bRow) {
          if (!lanes && load<T>(factor) == 0) continue;
          const x = lanes ? v128.load(factor + w) : v128.load_splat<T>(factor);
          sum0 = v128.add<T>(sum0, v128.mul<T>(x, v128.load(source)));
          sum1 = v128.add<T>(sum1, v128.mul<T>(x, v128.load(source + bColumn)));
          sum2 = v128.add<T>(sum2, v128.mul<T>(x, v128.load(source + 2 * bColumn)));
          sum3 = v128.add<T>(sum3, v128.mul<T>(x, v128.load(source + 3 * bColumn)));
        }
        v128.store(to0, sum0);
        v128.store(to1, sum1);
        v128.store(to2, sum2);
        v128.store(to3, sum3);
      }
    }
  }
  for (let c = fours; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      const target = to + <usize>r * toRow + <usize>c * toColumn;
      for (let w: usize = 0; w < width; w += REGISTER) {
        let sum = v128.load(target + w);
        let factor = a + <usize>r * aRow;
        let source = b + <usize>c * bColumn + w;
        for (let k = 0; k < inner; k++, factor += aColumn, source += bRow) {
          if (!lanes && load<T>(factor) == 0) continue;
          const x = lanes ? v128.load(factor + w) : v128.load_splat<T>(factor);
          sum = v128.add<T>(sum, v128.mul<T>(x, v128.load(source)));
        }
        v128.store(target + w, sum);
      }
    }
  }
}
