import { random } from '../../src/index.js';

/** Noisy copies of one pattern a class, 2×2: classes that a small network tells apart. */
export function blobs(count: number, numClasses: number) {
  const noise = random.normal(random.key(7), [count, 2, 2, 1], { dtype: 'float64' });
  const labels = Int32Array.from({ length: count }, (_, i) => i % numClasses);
  const data = noise.data.map(
    (value, at) => 0.3 * value + 1.5 * Math.sin((at % 4) * (1 + labels[at >> 2]) + labels[at >> 2]),
  );
  return { images: { shape: noise.shape, data }, labels, numClasses };
}
