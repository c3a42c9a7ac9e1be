import { stax } from 'neural-tangents';

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const dense = () => [stax.Dense(1024, weights), stax.Relu()];
const conv = () => [stax.Conv(128, [3, 3], { ...weights, padding: 'SAME' }), stax.Relu()];
const pooled = () => [...conv(), stax.AvgPool([2, 2], { strides: [2, 2] })];
const readout = () => [stax.Flatten(), stax.Dense(10, weights)];
const repeated = (count: number, layers: () => stax.Layer[]) => Array.from({ length: count }, layers).flat();
const fullyConnected = (depth: number) =>
  stax.serial(stax.Flatten(), ...repeated(depth, dense), stax.Dense(10, weights)).kernel;

/** The papers' kernels by their names there. Widths do not matter for an infinite network. */
export const kernels = {
  FC1: () => fullyConnected(1),
  FC2: () => fullyConnected(2),
  FC3: () => fullyConnected(3),
  /** exp(−mean squared difference of the pixels). */
  RBF: () => stax.serial(stax.Flatten(), stax.Dense(1024), stax.Rbf(1)).kernel,
  'Conv-Vec3': () => stax.serial(...repeated(3, conv), ...readout()).kernel,
  ConvNet: () => stax.serial(...conv(), ...repeated(3, pooled), ...readout()).kernel,
} as const;

/** A kernel's name. */
export type KernelName = keyof typeof kernels;
