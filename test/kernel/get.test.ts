import type { Tensor } from '@tensorflow/tfjs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { fieldsOf, type Got, select } from '../../src/kernel/get.js';
import type { Kernel } from '../../src/kernel/kernel.js';

describe('fieldsOf', () => {
  test('keeps the order asked for', () => {
    expect(fieldsOf(['ntk', 'shape1', 'nngp'])).toEqual(['ntk', 'shape1', 'nngp']);
    expect(fieldsOf('cov2')).toEqual(['cov2']);
  });

  test('gives every field without a wish', () => {
    expect(fieldsOf(undefined)).toHaveLength(16);
    expect(fieldsOf(null)).toEqual(fieldsOf(undefined));
  });

  test('does not mind the case', () => {
    expect(fieldsOf(['NTK', 'NNGP'])).toEqual(['ntk', 'nngp']);
    expect(fieldsOf('X1ISX2' as never)).toEqual(['x1IsX2']);
  });

  test('refuses unknown, repeated and no fields', () => {
    expect(() => fieldsOf('cov3' as never)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: get: fields of a kernel are nngp, ntk, cov1, cov2, x1IsX2, isGaussian, isReversed, isInput, diagonalBatch, diagonalSpatial, shape1, shape2, batchAxis, channelAxis, mask1, mask2; got 'cov3'.]`,
    );
    expect(() => fieldsOf(['ntk', 'NTK'])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: get: each field once, got 'ntk' twice.]`,
    );
    expect(() => fieldsOf([])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: get: needs at least one field, got an empty list. Pass e.g. ['nngp', 'ntk'].]`,
    );
  });
});

test('select gives a value, a record or everything', () => {
  const record = { isGaussian: true, x1IsX2: false } as Kernel;
  expect(select(record, 'isGaussian')).toBe(true);
  expect(Object.entries(select(record, ['x1IsX2', 'isGaussian']))).toEqual([
    ['x1IsX2', false],
    ['isGaussian', true],
  ]);
  expect(select(record, undefined)).toBe(record);
});

test('types follow what is asked for', () => {
  expectTypeOf<Got<'ntk'>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Got<'NTK'>>().toEqualTypeOf<Tensor>();
  expectTypeOf<Got<'cov2'>>().toEqualTypeOf<Tensor | null>();
  expectTypeOf<Got<readonly ['nngp', 'NTK']>>().toEqualTypeOf<{
    readonly nngp: Tensor;
    readonly ntk: Tensor;
  }>();
  expectTypeOf<Got<undefined>>().toEqualTypeOf<Kernel>();
});
