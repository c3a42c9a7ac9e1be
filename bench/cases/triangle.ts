import { gram, type NdArray } from 'neural-tangents';
import { type Case, images, sizesFor, type Variant } from '../lib/case.js';
import { samples } from '../lib/inputs.js';
import { convNet } from '../lib/nets.js';

const kernel = convNet();

const variant = (name: string, other: (x: NdArray) => NdArray | null, against?: string): Variant => ({
  name,
  against,
  prepare: async ({ n1, shape }) => {
    const x = samples(0, n1, shape);
    const x2 = other(x);
    return {
      once: async () => {
        const k = await gram(kernel, x, x2, { get: 'ntk', dtype: 'float32' });
        return () => k.to1DArray();
      },
      count: n1 * n1,
      entries: n1 * n1,
      resultBytes: 8 * n1 * n1,
    };
  },
});

const copy = 'with a copy';

/** What one triangle saves: samples with themselves against samples with a copy of them. */
export const triangleCase: Case = {
  name: 'triangle',
  title: 'ConvNet, Gram matrix, f32',
  per: 'entry',
  sizes: sizesFor(images(9, 9, 8), images(200, 200, 16), images(2000, 2000, 16)),
  reference: copy,
  variants: [
    variant(copy, ({ shape, data }) => ({ shape, data: data.slice() })),
    variant('with itself', () => null, copy),
  ],
};
