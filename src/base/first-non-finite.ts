/**
 * The index of the first entry that is NaN or infinite, or −1.
 *
 * @remarks Such an entry times 0 is NaN, any other is 0: their sum tells, several times faster than a test of each, as four
 * sums do not wait for each other.
 */
export function firstNonFinite(entries: ArrayLike<number>): number {
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  const whole = entries.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    sum0 += entries[i] * 0;
    sum1 += entries[i + 1] * 0;
    sum2 += entries[i + 2] * 0;
    sum3 += entries[i + 3] * 0;
  }
  for (let i = whole; i < entries.length; i++) sum0 += entries[i] * 0;
  if (sum0 + sum1 + sum2 + sum3 === 0) return -1;
  return Array.prototype.findIndex.call(entries, (entry: number) => !Number.isFinite(entry));
}
