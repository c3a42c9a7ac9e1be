import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { type Kernel, stax, UnsupportedError } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { generic, tensorOf } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { AvgPool, Conv, ConvLocal, Dense, Dropout, Flatten, GlobalAvgPool, Identity, Relu, serial } = stax;

const conv = () => Conv(4, [2, 2], { wStd: 1.4, bStd: 0.3, padding: 'SAME' });
const readIns = { Identity, Flatten: () => Flatten(), GlobalAvgPool: () => GlobalAvgPool() };
const x1 = tensorOf(generic([2, 3, 2, 2], 1));
const x2 = tensorOf(generic([3, 3, 2, 2], 2));

const fields = ['nngp', 'ntk', 'cov1', 'cov2'] as const;

function close(a: tf.Tensor, b: tf.Tensor): void {
  expect(a.shape).toEqual(b.shape);
  expect(relativeError(a.dataSync(), b.dataSync())).toBeLessThan(tolerance.f32.rounding);
}

/** `[n1, n2, h, h', w, w']` to `[n1, n2, h, w]`. */
function diagonal(k: tf.Tensor): tf.Tensor {
  if (k.rank < 5) return k;
  const [h, , w] = k.shape.slice(-4);
  const equal = tf
    .eye(h)
    .reshape([1, h, h, 1, 1])
    .mul(tf.eye(w).reshape([1, 1, 1, w, w]));
  const sum = k.reshape([-1, h, h, w, w]).mul(equal).sum([2, 4]);
  return sum.reshape([...k.shape.slice(0, -4), h, w]);
}

/** What reads in, two layers, what reads out. */
const nets = Object.entries(readIns).flatMap(([first, readIn]) =>
  Object.entries(readIns).map(([last, readOut]): [string, string, Layer] => {
    const weights = first === 'Identity' ? conv : () => Dense(4, { wStd: 1.4, bStd: 0.3 });
    return [first, last, serial(readIn(), weights(), Relu(), weights(), readOut()) as Layer];
  }),
);

describe.each(nets)('a network from %s to %s', (first, last, { kernel }) => {
  test.each([x2, null])('with diagonalBatch false has the covariances of all samples', (other) => {
    tf.tidy(() => {
      const usual = kernel(x1, other);
      const full = kernel(x1, other, undefined, { diagonalBatch: false });
      expect([usual.diagonalBatch, full.diagonalBatch]).toEqual([true, false]);
      close(full.nngp, usual.nngp);
      close(full.ntk, usual.ntk);
      close(full.cov1, kernel(x1, null, 'nngp'));
      if (other === null) expect(full.cov2).toBeNull();
      else close(full.cov2!, kernel(x2, null, 'nngp'));
    });
  });

  test('with diagonalSpatial has the diagonals', () => {
    tf.tidy(() => {
      const [all, none] = [undefined, false].map((diagonalSpatial) =>
        kernel(x1, x2, undefined, diagonalSpatial === undefined ? {} : { diagonalSpatial }),
      );
      const own = kernel(x1, x2, undefined, { diagonalSpatial: true });
      const auto = kernel(x1, x2, undefined, { diagonalSpatial: 'auto' });
      const spatial = first === 'Identity' && last === 'Identity';
      expect([all, none, own, auto].map((k) => k.diagonalSpatial)).toEqual([false, false, spatial, false]);
      for (const field of fields) {
        close(none[field]!, all[field]!);
        close(auto[field]!, all[field]!);
        close(own[field]!, diagonal(all[field]!));
      }
    });
  });
});

test('both options together, by both executors', () => {
  tf.tidy(() => {
    const { kernel } = serial(conv(), Relu(), AvgPool([2, 2], { padding: 'SAME' }), conv());
    for (const executor of ['engine', 'tf'] as const) {
      const own = kernel(x1, x2, undefined, { diagonalBatch: false, diagonalSpatial: true, executor });
      close(own.cov2!, diagonal(kernel(x2, null, 'nngp', { executor })));
      close(own.nngp, diagonal(kernel(x1, x2, 'nngp', { executor })));
    }
  });
});

test("diagonalSpatial 'auto' leaves different positions out where they are independent", () => {
  const { kernel } = serial(conv(), Relu(), ConvLocal(4, [2, 1]));
  expect(kernel(x1, x2, 'diagonalSpatial', { diagonalSpatial: 'auto' })).toBe(true);
  expect(kernel(x1, x2, 'diagonalSpatial')).toBe(false);
  expect(kernel(x1, x2, 'nngp', { diagonalSpatial: 'auto' }).shape).toEqual([2, 3, 2, 2]);
});

test('of x2 the very same as x1, cov2 is cov1', () => {
  const { kernel } = serial(Dense(4), Relu());
  const x = tensorOf(generic([3, 2], 1));
  const own = kernel(x, x, ['cov1', 'cov2', 'nngp'], { diagonalBatch: false });
  expect(own.cov2!.arraySync()).toEqual(own.cov1.arraySync());
  expect(own.cov1.arraySync()).toEqual(own.nngp.arraySync());
});

test('dropout scales the covariances of each sample with itself, also among those of all samples', () => {
  const { kernel } = serial(Dense(4), Relu(), Dropout(0.5));
  const x = tensorOf(generic([3, 2], 1));
  const [usual, full] = [true, false].map((diagonalBatch) => kernel(x, null, 'cov1', { diagonalBatch }));
  const own = full.mul(tf.eye(3)).sum(1);
  close(own, usual);
});

describe('a Kernel of such covariances', () => {
  const [first, second] = [serial(conv(), Relu(), conv()), serial(Relu(), conv(), Flatten())];
  const composed = serial(first, second) as Layer;

  test('goes on to networks that need no others', () => {
    tf.tidy(() => {
      const options = { diagonalBatch: false, diagonalSpatial: true } as const;
      const between: Kernel = first.kernel(x1, x2, undefined, options);
      const result = second.kernel(between);
      expect([result.diagonalBatch, result.diagonalSpatial]).toEqual([false, false]);
      const expected = composed.kernel(x1, x2, undefined, { diagonalBatch: false });
      for (const field of fields) {
        expect(result[field]!.shape).toEqual(expected[field]!.shape);
        const error = relativeError(result[field]!.dataSync(), expected[field]!.dataSync());
        expect(error).toBeLessThan(tolerance.f32.values);
      }
      const spatial = serial(Relu(), conv()).kernel(between);
      expect([spatial.diagonalSpatial, spatial.nngp.shape]).toEqual([true, [2, 3, 3, 2]]);
      expect(second.kernel(between, null, 'cov1', { diagonalBatch: true }).shape).toEqual([2]);
    });
  });

  test('is refused where others are needed', () => {
    const diagonalSpatial = first.kernel(x1, x2, undefined, { diagonalSpatial: true });
    for (const call of [
      () => GlobalAvgPool().kernel(diagonalSpatial),
      () => conv().kernel(diagonalSpatial, null, undefined, { diagonalSpatial: false }),
    ]) {
      expect(call).toThrow(UnsupportedError);
      expect(call).toThrowErrorMatchingInlineSnapshot(
        `[UnsupportedError: kernel: the given Kernel holds no covariances of different positions, which are needed here. Compute it without diagonalSpatial.]`,
      );
    }
    const call = () => second.kernel(first.kernel(x1, x2), null, 'cov1', { diagonalBatch: false });
    expect(call).toThrow(UnsupportedError);
    expect(call).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: the given Kernel holds no covariances of different samples of x1. Compute it with diagonalBatch: false.]`,
    );
  });
});

test('refuses other values', () => {
  const { kernel } = conv();
  expect(() =>
    kernel(x1, x2, 'nngp', { diagonalSpatial: 'yes' as never }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: kernel: diagonalSpatial must be true, false or 'auto', got 'yes'.]`,
  );
  expect(() => kernel(x1, x2, 'nngp', { diagonalBatch: 1 as never })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: kernel: diagonalBatch must be true or false, got 1.]`,
  );
});
