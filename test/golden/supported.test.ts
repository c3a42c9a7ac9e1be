import { expect, it } from 'vitest';
import { supported, unsupported } from './cases.js';

it('has the layers of all golden cases', () => {
  expect(supported.length + unsupported.length).toBe(123);
  expect(unsupported).toEqual([]);
});
