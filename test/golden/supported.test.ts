import { expect, it } from 'vitest';
import { supported, unsupported } from './cases.js';

it('lists the golden cases whose layers come later', () => {
  expect(supported.length + unsupported.length).toBe(123);
  expect(unsupported).toMatchInlineSnapshot(`
    [
      "dropout-self: Dropout",
      "conv-dropout-gap: Dropout",
      "layernorm-hwc: LayerNorm",
      "layernorm-hermite: LayerNorm",
      "conv-transpose: ConvTranspose",
      "conv-transpose-circular: ConvTranspose",
      "conv-local: ConvLocal",
      "attention-softmax: GlobalSelfAttention",
      "attention-relu-sum: GlobalSelfAttention",
      "attention-identity-sqrt: GlobalSelfAttention",
      "image-resize-bilinear: ImageResize",
      "image-resize-nearest: ImageResize",
      "random-3: LayerNorm",
      "random-7: LayerNorm",
      "random-9: LayerNorm",
      "random-10: LayerNorm",
      "random-12: LayerNorm",
      "random-21: LayerNorm",
      "random-22: LayerNorm",
      "random-24: LayerNorm",
      "random-25: LayerNorm",
      "random-30: LayerNorm",
      "random-32: LayerNorm",
      "random-39: LayerNorm",
      "random-42: LayerNorm",
      "random-45: LayerNorm",
      "random-50: LayerNorm",
      "random-53: LayerNorm",
      "random-63: LayerNorm",
      "random-64: LayerNorm",
      "random-69: LayerNorm",
    ]
  `);
});
