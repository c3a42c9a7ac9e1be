import { expect, it } from 'vitest';
import { explain, gram, gramVjp, random, stax, UnsupportedError } from '../../src/index.js';

// No test of this file imports a backend of tfjs.
const { init, kernel } = stax.serial(stax.Conv(8, [2, 2]), stax.Relu(), stax.Flatten(), stax.Dense(1));
const x = { shape: [2, 3, 3, 1], data: Float64Array.from({ length: 18 }, (_, i) => Math.sin(i)) };

it('computes Gram matrices and their gradients without loading tfjs', async () => {
  const k = await gram(kernel, x, null, { get: 'ntk' });
  const { x1 } = await gramVjp(kernel, x, null, { ntk: k });
  expect(k.get(0, 1)).toBe(k.get(1, 0));
  expect(x1.shape).toEqual(x.shape);
  expect(globalThis).not.toHaveProperty('_tfengine');
});

it('explains kernels', async () => {
  expect((await explain(kernel, [3, 3, 1])).executor).toBe('engine');
});

it('refuses finite networks, saying what they need', () => {
  expect(() => init(random.key(0), [-1, 3, 3, 1])).toThrow(UnsupportedError);
  expect(() => init(random.key(0), [-1, 3, 3, 1])).toThrow('Install @tensorflow/tfjs and import it.');
});
