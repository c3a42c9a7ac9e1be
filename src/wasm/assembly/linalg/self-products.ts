// Squared lengths of rows, to[i] = Σ_c x[i][c]², in the matrix product's order of summation: a row and its copy have an angle of
// exactly 0.
import { REGISTER } from '../lanes';
import { DEPTH } from './gemv';
import { packStrip } from './pack';

/**
 * Rows stand side by side, two registers of them, as sums of one row wait on each other.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes, aligned to 64
 */
export function selfProducts<T extends number>(x: usize, rows: i32, channels: i32, to: usize, work: usize): void {
  const width = 2 * <i32>REGISTER / <i32>sizeof<T>();
  const row = <usize>channels * sizeof<T>();
  const sums = work + <usize>DEPTH * 2 * REGISTER;
  for (let i = 0; i < rows; i += width) {
    const lanes = min(width, rows - i);
    let sum0 = v128.splat<T>(<T>0);
    let sum1 = sum0;
    for (let block = 0; block < channels; block += DEPTH) {
      const depth = min(DEPTH, channels - block);
      const from = x + <usize>i * row + <usize>block * sizeof<T>();
      packStrip<T>(width, lanes, depth, from, row, sizeof<T>(), work);
      let part0 = v128.splat<T>(<T>0);
      let part1 = part0;
      const end = work + <usize>depth * 2 * REGISTER;
      for (let at = work; at < end; at += 2 * REGISTER) {
        const x0 = v128.load(at);
        const x1 = v128.load(at, REGISTER);
        part0 = v128.add<T>(part0, v128.mul<T>(x0, x0));
        part1 = v128.add<T>(part1, v128.mul<T>(x1, x1));
      }
      sum0 = v128.add<T>(sum0, part0);
      sum1 = v128.add<T>(sum1, part1);
    }
    v128.store(sums, sum0);
    v128.store(sums, sum1, REGISTER);
    memory.copy(to + <usize>i * sizeof<T>(), sums, <usize>lanes * sizeof<T>());
  }
}

/** {@link selfProducts} in f32. */
export function selfProducts32(x: usize, rows: i32, channels: i32, to: usize, work: usize): void {
  selfProducts<f32>(x, rows, channels, to, work);
}

/** {@link selfProducts} in f64. */
export function selfProducts64(x: usize, rows: i32, channels: i32, to: usize, work: usize): void {
  selfProducts<f64>(x, rows, channels, to, work);
}
