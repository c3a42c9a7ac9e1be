/**
 * Attention over sequences of different lengths: `npm run example -- attention`.
 *
 * A digit is read as the sequence of its columns of pixels, from its first ink to its last: a 1 is short, a 0 is long. Sequences
 * are filled up to the same length; with a mask the filling takes no part, without it it is read like any other token.
 */
import { gram, imageChart, type NdArray, stax } from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { draw } from './shared/draw.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const size = 14;
const { train, test } = await smallDigits(small ? 50 : 200, size);
const paper = Math.min(...train.images.data);

/** The columns with ink of each digit first, `filling` after them: `[n, 14 tokens, 14 channels]`; and their numbers. */
function sequences({ shape, data }: NdArray, filling: number): { x: NdArray; lengths: number[] } {
  const x = new Float64Array(data.length).fill(filling);
  const places = Array.from({ length: size }, (_, place) => place);
  const lengths = Array.from({ length: shape[0] }, (_, i) => {
    const pixel = (row: number, column: number) => data[(i * size + row) * size + column];
    const inked = places.filter((column) => places.some((row) => pixel(row, column) > paper));
    const [first, last] = [inked[0], inked[inked.length - 1]];
    for (let column = first; column <= last; column++) {
      x.set(
        places.map((row) => pixel(row, column)),
        (i * size + column - first) * size,
      );
    }
    return last - first + 1;
  });
  return { x: { shape: [shape[0], size, size], data: x }, lengths };
}

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const attention = (options: Partial<stax.GlobalSelfAttentionOptions>) =>
  stax.GlobalSelfAttention({ nChanOut: 64, nChanKey: 16, nChanVal: 16, nHeads: 4, bStd: 0.1, ...options });

/** Embeddings of near columns are alike, as in Neural Tangents' example on texts. */
const places = { posEmbType: 'SUM', posEmbDecayFn: (distance: number) => 1 / (1 + distance) } as const;

const networks = {
  'bag of columns': stax.serial(stax.Dense(64, weights), stax.Relu(), stax.GlobalAvgPool(), stax.Dense(10)),
  attention: stax.serial(
    stax.Dense(64, weights),
    stax.Relu(),
    attention({}),
    stax.Relu(),
    stax.GlobalAvgPool(),
    stax.Dense(10),
  ),
  'attention, with places': stax.serial(
    stax.Dense(64, weights),
    stax.Relu(),
    attention({ ...places, valPosEmb: true, wKeyStd: 2, wQueryStd: 2 }),
    stax.Relu(),
    stax.GlobalAvgPool(),
    stax.Dense(10),
  ),
  'attention, with places, after a convolution': stax.serial(
    stax.Conv(64, [3], { ...weights, padding: 'SAME' }),
    stax.Relu(),
    attention({ ...places, valPosEmb: true, wKeyStd: 2, wQueryStd: 2 }),
    stax.Relu(),
    stax.GlobalAvgPool(),
    stax.Dense(10),
  ),
};

/** Far from any pixel. */
const maskConstant = 100;
const { lengths } = sequences(train.images, maskConstant);
const rows: string[][] = [];
for (const [name, { kernel }] of Object.entries(networks)) {
  const found = [];
  for (const [filling, options] of [
    [paper, {}],
    [maskConstant, { maskConstant }],
  ] as const) {
    const [a, b] = [train, test].map(({ images }) => sequences(images, filling).x);
    const kTrain = await gram(kernel, a, null, { get: 'nngp', ...options });
    const kTest = await gram(kernel, b, a, { get: 'nngp', ...options });
    found.push(percent(await testAccuracy(kTrain, kTest, train, test)));
  }
  rows.push([name, ...found]);
}

console.log(
  `${train.labels.length} training and ${test.labels.length} test digits as sequences of columns; NNGP`,
);
const counts = Array.from({ length: size + 1 }, (_, length) => lengths.filter((l) => l === length).length);
console.log('length of the sequences, and how many there are:');
counts.forEach((count, length) => {
  if (count > 0)
    console.log(
      `${String(length).padStart(4)} ${'█'.repeat(Math.ceil((40 * count) / lengths.length))} ${count}`,
    );
});
console.log(`\n${textTable(['test accuracy', 'filling read', 'filling masked'], rows)}`);

/** One digit of each class as it is, and as the sequence of its columns, filled up with paper. */
const firsts = Array.from({ length: 10 }, (_, digit) => train.labels.indexOf(digit));
const { x: tokens } = sequences(train.images, paper);
const pixels = firsts.flatMap((i) => [...train.images.data.subarray(i * size * size, (i + 1) * size * size)]);
/** Tokens are columns: their matrix is the picture's transpose. */
const columns = firsts.flatMap((i) =>
  Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return tokens.data[(i * size + column) * size + row];
  }),
);
console.log();
await draw(
  'attention',
  imageChart(
    { shape: [20, size, size, 1], data: Float64Array.from([...pixels, ...columns]) },
    {
      title: 'Digits, and what is left of them as sequences of columns with ink',
      rowNames: ['digit', 'sequence'],
      captions: [...firsts.map(() => ''), ...firsts.map((i) => `${lengths[i]} tokens`)],
      scale: 4,
    },
  ),
);
