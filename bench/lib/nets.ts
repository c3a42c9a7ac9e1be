import { stax } from 'neural-tangents';

/** Weights of the distillation papers' networks. */
const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const conv = () => [stax.Conv(1, [3, 3], { ...weights, padding: 'SAME' }), stax.Relu()] as const;
const pool = () => stax.AvgPool([2, 2], { strides: [2, 2] });
const times = <Item>(count: number, make: () => readonly Item[]): Item[] =>
  Array.from({ length: count }, make).flat();

/** [conv, ReLU], `pools` × [conv, ReLU, pool], Flatten, readout; the papers' ConvNet has 3 pools. */
export const convNet = (pools = 3) =>
  stax.serial(...conv(), ...times(pools, () => [...conv(), pool()]), stax.Flatten(), stax.Dense(10, weights))
    .kernel;

/** Myrtle-5: 2, 1 and 1 convolutions before pools, one before the global pool. */
export const myrtle5 = () =>
  stax.serial(
    ...times(2, conv),
    pool(),
    ...conv(),
    pool(),
    ...conv(),
    stax.GlobalAvgPool(),
    stax.Dense(10, weights),
  ).kernel;

/** `depth` × [conv, ReLU], then Flatten or a global pool, then a readout. */
export const deepConv = (depth: number, end: 'flatten' | 'pool') =>
  stax.serial(
    ...times(depth, conv),
    end === 'flatten' ? stax.Flatten() : stax.GlobalAvgPool(),
    stax.Dense(10, weights),
  ).kernel;

/** `depth` × [Dense, ReLU], readout. */
export const fullyConnected = (depth: number) =>
  stax.serial(...times(depth, () => [stax.Dense(512, weights), stax.Relu()]), stax.Dense(10, weights)).kernel;

/** K = X1·X2ᵀ / channels. */
export const linear = () => stax.serial(stax.Dense(1)).kernel;
