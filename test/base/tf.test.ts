import '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import * as eager from '../../src/base/tf.js';
import * as onDemand from '../../src/base/tf-on-demand.js';

it('has the same functions in Node and elsewhere', () => {
  expect(Object.keys(onDemand)).toEqual(Object.keys(eager));
});

it('calls those of tfjs', () => {
  expect(onDemand.getBackend()).toBe(eager.getBackend());
  expect(onDemand.add(1, 2).dataSync()[0]).toBe(3);
});
