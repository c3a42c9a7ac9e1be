import { describe, expect, test } from 'vitest';
import { stax, traceProgram } from '../../src/index.js';
import {
  type Bool,
  beside,
  type Diagonal,
  diagonalOf,
  followedBy,
  isDiagonal,
} from '../../src/kernel/diagonal.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';

const bools: Record<string, Bool> = { N: 'no', M: 'maybe', Y: 'yes' };
const names = Object.keys(bools);
const all = names.flatMap((a) => names.map((b) => a + b));
const read = (name: string): Diagonal => ({ input: bools[name[0]], output: bools[name[1]] });
const written = ({ input, output }: Diagonal): string =>
  [input, output].map((bool) => names.find((name) => bools[name] === bool)).join('');

describe('the rules for leaving out different positions', () => {
  test('compose as in Neural Tangents', () => {
    // Rows: a; columns: b, both in the order of `all`.
    const table = {
      NN: 'NN NM NY NN NM NY NN NM NY',
      NM: 'NN NM NY NN NM NY NN NM NY',
      NY: 'NY NY NY NY NY NY NY NY NY',
      MN: 'NN NM NY NN NM NY MN MM MY',
      MM: 'NN NM NY MN MM MY MN MM MY',
      MY: 'MY MY MY MY MY MY MY MY MY',
      YN: 'NN NM NY NN NM NY YN YM YY',
      YM: 'NN NM NY YN YM YY YN YM YY',
      YY: 'YY YY YY YY YY YY YY YY YY',
    };
    expect(Object.keys(table)).toEqual(all);
    for (const [a, row] of Object.entries(table)) {
      expect(all.map((b) => written(followedBy(read(a), read(b)))).join(' ')).toBe(row);
    }
  });

  test('are associative, and branches may be composed one by one: all 729 triples', () => {
    for (const [a, b, c] of all.flatMap((a) => all.flatMap((b) => all.map((c) => [a, b, c].map(read))))) {
      expect(followedBy(followedBy(a, b), c)).toEqual(followedBy(a, followedBy(b, c)));
      expect(followedBy(a, beside(b, c))).toEqual(beside(followedBy(a, b), followedBy(a, c)));
    }
  });

  const { AvgPool, Conv, ConvLocal, Flatten, GlobalAvgPool, ImageResize, LayerNorm, Relu } = stax;
  const conv = () => Conv(4, [2, 2]);
  const same = () => Conv(4, [2, 2], { padding: 'SAME' });
  const local = () => ConvLocal(4, [2, 2]);
  const attention = () => stax.GlobalSelfAttention({ nChanOut: 4, nChanKey: 4, nChanVal: 4, nHeads: 1 });
  test.each<[boolean, AnyLayer[]]>([
    [true, [conv(), Relu(), conv(), Flatten()]],
    [false, [conv(), Relu(), conv(), GlobalAvgPool()]],
    [false, [conv(), Relu(), AvgPool([2, 2]), Flatten()]],
    [true, [local(), GlobalAvgPool()]],
    [true, [local(), Relu(), local(), GlobalAvgPool()]],
    [false, [local(), Relu(), GlobalAvgPool()]],
    [true, [local(), AvgPool([2, 2]), Flatten()]],
    [false, [local(), local(), AvgPool([2, 2]), GlobalAvgPool()]],
    [false, [conv(), attention(), Flatten()]],
    [false, [conv(), ImageResize([-1, 2, 3, -1], 'linear'), Flatten()]],
    [false, [conv(), Relu(), conv()]],
    [true, [conv(), Relu(), local()]],
    [true, [conv(), LayerNorm(), Relu(), stax.Dropout(0.5), conv(), Flatten()]],
    [true, [conv(), stax.FanOut(2), stax.parallel(stax.Identity(), same()), stax.FanInSum(), Flatten()]],
  ])('say %s of a network as in Neural Tangents (%#)', (expected, layers) => {
    const net = stax.serial(...(layers as [Layer])) as Layer;
    expect(isDiagonal(diagonalOf(traceProgram(net, [6, 5, 2])))).toBe(expected);
  });
});
