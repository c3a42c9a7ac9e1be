/** Adds a register of sums to C at `c`, or subtracts it. */
@inline
export function accumulate<T>(c: usize, sum: v128, subtract: bool): void {
  const before = v128.load(c);
  v128.store(c, subtract ? v128.sub<T>(before, sum) : v128.add<T>(before, sum));
}
