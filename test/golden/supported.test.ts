import { expect, it } from 'vitest';
import { supported, unsupported } from './cases.js';

it('lists the golden cases whose layers come later', () => {
  expect(supported.length + unsupported.length).toBe(123);
  expect(unsupported).toMatchInlineSnapshot(`
    [
      "attention-softmax: GlobalSelfAttention",
      "attention-relu-sum: GlobalSelfAttention",
      "attention-identity-sqrt: GlobalSelfAttention",
    ]
  `);
});
