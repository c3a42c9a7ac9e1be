import '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type * as eager from '../../src/base/tf.js';
import * as onDemand from '../../src/base/tf-on-demand.js';

/** Does not compile when a function of `tf.ts` is missing here. */
const all: { readonly [Name in keyof typeof eager]: unknown } = onDemand;

it('calls the functions of tfjs', () => {
  expect(Object.values(all).every((value) => typeof value === 'function')).toBe(true);
  expect(onDemand.add(1, 2).dataSync()[0]).toBe(3);
});
