import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { balancedSubset, random, stax } from '../../src/index.js';
import { refusals } from '../support/refusals.js';

const seed = 5 as never;
const net = stax.serial(stax.Dense(2), stax.Relu(), stax.Dropout(0.5), stax.Dense(1));

describe('what is no key', () => {
  it('is refused by everything that draws', () => {
    expect(
      refusals([
        () => random.split(seed),
        () => random.foldIn(seed, 1),
        () => random.bits(seed),
        () => random.uniform(seed),
        () => random.normal(seed, [2]),
        () => random.randint(seed, [2], 0, 9),
        () => random.bernoulli(seed),
        () => random.permutation(seed, 3),
        () => random.choice(seed, 3),
        () => balancedSubset([0, 1], 2, 2, seed),
        () => net.init(seed, [-1, 3]),
        () => stax.Dense(3).init(seed, [-1, 3]),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: random.split: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.foldIn: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.bits: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.uniform: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.normal: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.randint: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.bernoulli: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.permutation: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: random.choice: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: balancedSubset: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: serial: init: key must be a random key, got 5. Pass random.key(5).",
        "TypeError: Dense: init: key must be a random key, got 5. Pass random.key(5).",
      ]
    `);
  });

  it('is refused as the key of a finite network', () => {
    const [, params] = net.init(random.key(0), [-1, 3]);
    expect(refusals([() => net.apply(params, tf.ones([1, 3]), { key: seed })])).toMatchInlineSnapshot(`
      [
        "TypeError: serial: apply: key must be a random key, got 5. Pass random.key(5).",
      ]
    `);
  });

  it('is named, whatever it is', () => {
    const wrong = [undefined, -1, 0.5, [1], [1, 2, 3], [0.5, 1], random.split(random.key(0)), 'seed'];
    expect(refusals(wrong.map((key) => () => random.normal(key as never)))).toMatchInlineSnapshot(`
      [
        "TypeError: random.normal: key must be a random key, got nothing. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got -1. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got 0.5. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got a list of 1. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got a list of 3. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got a list of 2. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got a list of 2. Pass e.g. random.key(0).",
        "TypeError: random.normal: key must be a random key, got 'seed'. Pass e.g. random.key(0).",
      ]
    `);
  });

  it('is a key again after JSON', () => {
    const [key] = random.split(random.key(0));
    expect(random.uniform(JSON.parse(JSON.stringify(key)))).toEqual(random.uniform(key));
  });
});
