import type { NdArray, stax as Stax } from 'neural-tangents';

/** The network that page and test compute. */
export function network(stax: typeof Stax) {
  const weights = { wStd: Math.SQRT2, bStd: 0.1 };
  return stax.serial(
    ...[stax.Conv(8, [3, 3], { ...weights, padding: 'SAME' as const }), stax.Relu()],
    ...[stax.AvgPool([2, 2], { strides: [2, 2] }), stax.Flatten(), stax.Dense(1, weights)],
  );
}

/** Its inputs: 3 and 5 images of 6×6×3, without functions whose last bit is the platform's choice. */
export function samples(): [NdArray<Float64Array>, NdArray<Float64Array>] {
  const images = (n: number, phase: number) => ({
    shape: [n, 6, 6, 3],
    data: Float64Array.from({ length: n * 108 }, (_, k) => (((k + phase) * 7919) % 1000) / 500 - 1),
  });
  return [images(3, 1), images(5, 2)];
}
