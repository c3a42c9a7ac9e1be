import { expect, it } from 'vitest';
import { estimate, gram, programOf, stax } from '../../src/index.js';

const x = { shape: [1, 2], data: Float64Array.of(1, 2) };

it('takes nothing but kernels of networks, as the compiler sees', async () => {
  const calls = [
    // @ts-expect-error a date
    () => gram(new Date(), x, null, { get: 'ntk' }),
    // @ts-expect-error the network in place of its kernel
    () => gram(stax.Relu(), x, null, { get: 'ntk' }),
    // @ts-expect-error a layer that was not called
    () => estimate(stax.Relu, [2], 3, null, { get: 'ntk' }),
    // @ts-expect-error a function
    async () => programOf(() => 0, [2]),
  ];
  for (const call of calls) await expect(call()).rejects.toThrow(TypeError);
});
