import '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import * as onDemand from '../../src/base/generated/tf-on-demand.js';
import type * as tf from '../../src/base/tf.js';

/** Does not compile when a function of `tf.ts` is missing here. */
const all: { readonly [Name in keyof typeof tf]: unknown } = onDemand;

it('calls the functions of tfjs', () => {
  expect(Object.values(all).every((value) => typeof value === 'function')).toBe(true);
  expect(onDemand.add(1, 2).dataSync()[0]).toBe(3);
});
