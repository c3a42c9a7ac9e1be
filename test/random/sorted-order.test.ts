import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortedOrder } from '../../src/random/sorted-order.js';

it('sorts stably', () => {
  const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.uint32Array({ maxLength: 200 }), fc.array(word), (wide, narrow) => {
      for (const ranks of [wide, Uint32Array.from(narrow)]) {
        const expected = [...ranks.keys()].sort((a, b) => ranks[a] - ranks[b] || a - b);
        expect([...sortedOrder(ranks)]).toEqual(expected);
      }
    }),
  );
});
