// Moves between row-major samples and the engine's layout, in which the W pairs of a group stand side by side.
import { REGISTER } from './lanes';

/** destination[e][w] = source[w·stride + e] for e < count, w < rows; the other lanes repeat the last row. */
export function pack<T extends number>(
  source: usize,
  stride: i32,
  rows: i32,
  count: i32,
  width: i32,
  destination: usize,
): void {
  for (let w: i32 = 0; w < width; w++) {
    const row = source + <usize>(w < rows ? w : rows - 1) * <usize>stride * sizeof<T>();
    let to = destination + <usize>w * sizeof<T>();
    const step = <usize>width * sizeof<T>();
    for (let e: i32 = 0; e < count; e++) {
      store<T>(to, load<T>(row + <usize>e * sizeof<T>()));
      to += step;
    }
  }
}

/** destination[w·stride + e] += source[e][w] for e < count, w < rows. */
export function unpackAdd<T extends number>(
  source: usize,
  width: i32,
  count: i32,
  rows: i32,
  stride: i32,
  destination: usize,
): void {
  for (let w: i32 = 0; w < rows; w++) {
    const row = destination + <usize>w * <usize>stride * sizeof<T>();
    let from = source + <usize>w * sizeof<T>();
    const step = <usize>width * sizeof<T>();
    for (let e: i32 = 0; e < count; e++) {
      const at = row + <usize>e * sizeof<T>();
      store<T>(at, <T>(load<T>(at) + load<T>(from)));
      from += step;
    }
  }
}

/** destination[e][w] = source[e] for all W lanes. */
export function spread<T extends number>(source: usize, count: i32, width: i32, destination: usize): void {
  const bytes = <usize>width * sizeof<T>();
  for (let e: i32 = 0; e < count; e++) {
    const x = v128.load_splat<T>(source + <usize>e * sizeof<T>());
    for (let i: usize = 0; i < bytes; i += REGISTER) v128.store(destination + i, x);
    destination += bytes;
  }
}

/** destination[e] += Σ_w source[e][w] over the first `lanes` lanes, in order. */
export function gatherAdd<T extends number>(
  source: usize,
  width: i32,
  count: i32,
  lanes: i32,
  destination: usize,
): void {
  for (let e: i32 = 0; e < count; e++) {
    let sum: T = <T>0;
    for (let w: i32 = 0; w < lanes; w++) sum = <T>(sum + load<T>(source + <usize>w * sizeof<T>()));
    store<T>(destination, <T>(load<T>(destination) + sum));
    destination += sizeof<T>();
    source += <usize>width * sizeof<T>();
  }
}
