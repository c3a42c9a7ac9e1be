/**
 * The stable sorting order of unsigned 32-bit integers: `ranks[order[i]]` ascends, ties keep their places.
 *
 * @remarks Radix sort, four passes of eight bits: O(n).
 */
export function sortedOrder(ranks: Uint32Array): Int32Array {
  const n = ranks.length;
  let order = new Int32Array(n).map((_, i) => i);
  let next = new Int32Array(n);
  for (let shift = 0; shift < 32; shift += 8) {
    const starts = new Uint32Array(257);
    for (let i = 0; i < n; i++) starts[((ranks[i] >>> shift) & 255) + 1]++;
    for (let digit = 0; digit < 256; digit++) starts[digit + 1] += starts[digit];
    for (let i = 0; i < n; i++) next[starts[(ranks[order[i]] >>> shift) & 255]++] = order[i];
    [order, next] = [next, order];
  }
  return order;
}
