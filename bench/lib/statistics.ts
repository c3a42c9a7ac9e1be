/** The middle one of sorted numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** max |a − b| / max |b|. */
export function relativeDifference(a: readonly number[], b: readonly number[]): number {
  let [difference, largest] = [0, 0];
  b.forEach((expected, i) => {
    difference = Math.max(difference, Math.abs(a[i] - expected));
    largest = Math.max(largest, Math.abs(expected));
  });
  return largest === 0 ? difference : difference / largest;
}

/** The exponent p of the least-squares line log y = p·log x + c. */
export function exponent(xs: readonly number[], ys: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
  const [logX, logY] = [xs.map(Math.log), ys.map(Math.log)];
  const [x, y] = [mean(logX), mean(logY)];
  const covariance = mean(logX.map((v, i) => (v - x) * (logY[i] - y)));
  return covariance / mean(logX.map((v) => (v - x) ** 2));
}
