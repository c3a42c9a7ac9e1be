// Packing of a matrix product's factors: `width` rows of A, or columns of B, stand side by side for every term of
// the sum, so that the microkernel reads both factors in order.
import { REGISTER } from '../lanes';

/**
 * to[p][lane] = source[lane][p] for p < `depth` and lane < `lanes`; the lanes from there to `width` are 0.
 *
 * @param width lanes of the packed strip, a multiple of 4
 * @param laneStride bytes from a lane to the next
 * @param depthStride bytes from a term of the sum to the next
 */
export function packStrip<T>(
  width: i32,
  lanes: i32,
  depth: i32,
  source: usize,
  laneStride: usize,
  depthStride: usize,
  to: usize,
): void {
  const step = <usize>width * sizeof<T>();
  if (lanes === width && laneStride === sizeof<T>() && step % REGISTER == 0) {
    for (let p = 0; p < depth; p++, to += step, source += depthStride) {
      for (let b: usize = 0; b < step; b += REGISTER) v128.store(to + b, v128.load(source + b));
    }
    return;
  }
  let lane = 0;
  for (; lane + 4 <= lanes; lane += 4, source += 4 * laneStride, to += 4 * sizeof<T>()) {
    fourLanes<T>(depth, source, laneStride, depthStride, to, step);
  }
  for (; lane < width; lane++, source += laneStride, to += sizeof<T>()) {
    let from = source;
    let at = to;
    for (let p = 0; p < depth; p++, from += depthStride, at += step) {
      store<T>(at, lane < lanes ? load<T>(from) : <T>0);
    }
  }
}

function fourLanes<T>(
  depth: i32,
  source: usize,
  laneStride: usize,
  depthStride: usize,
  to: usize,
  step: usize,
): void {
  const twice = laneStride + laneStride;
  for (let p = 0; p < depth; p++, source += depthStride, to += step) {
    const next = source + twice;
    store<T>(to, load<T>(source));
    store<T>(to, load<T>(source + laneStride), sizeof<T>());
    store<T>(to, load<T>(next), 2 * sizeof<T>());
    store<T>(to, load<T>(next + laneStride), 3 * sizeof<T>());
  }
}
