/**
 * Graphs of different sizes: `npm run example -- graph`.
 *
 * A digit of 7×7 pixels becomes a graph: its vertices are the pixels with ink, its edges join neighbours. A vertex knows its place and
 * how much ink it has. Without edges a network sees a bag of points; each round of aggregation lets it see one step further
 * along the strokes. Pixels without ink are no vertices: a mask takes them out.
 */
import { gram, imageChart, lineChart, type NdArray, stax } from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { draw } from './shared/draw.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const size = 7;
const vertices = size ** 2;
const { train, test } = await smallDigits(small ? 30 : 100, size);
const paper = Math.min(...train.images.data);
const maskConstant = 100;

interface Graphs {
  /** Ink and place of each vertex, `[n, vertices, 3]`. */
  readonly x: NdArray;
  /** Weights of the edges, `[n, vertices, vertices]`. */
  readonly pattern: NdArray;
}

function graphs({ shape: [n], data }: NdArray): Graphs {
  const isVertex = (at: number) => data[at] > paper + 0.3;
  const pattern = new Float64Array(n * vertices ** 2);
  for (let i = 0; i < n; i++) {
    for (let v = 0; v < vertices; v++) {
      // A vertex, the one to its right, and the one below it.
      const others = [v, v % size < size - 1 ? v + 1 : v, v + size < vertices ? v + size : v];
      for (const w of others) {
        if (!isVertex(i * vertices + v) || !isVertex(i * vertices + w)) continue;
        pattern[(i * vertices + v) * vertices + w] = 1 / 3;
        pattern[(i * vertices + w) * vertices + v] = 1 / 3;
      }
    }
  }
  const place = (position: number) => (2 * position) / (size - 1) - 1;
  const x = Array.from(data, (ink, at) => {
    const v = at % vertices;
    return isVertex(at)
      ? [ink, place(Math.floor(v / size)), place(v % size)]
      : [maskConstant, maskConstant, maskConstant];
  });
  return {
    x: { shape: [n, vertices, 3], data: Float64Array.from(x.flat()) },
    pattern: { shape: [n, vertices, vertices], data: pattern },
  };
}

/** A digit's vertices, by the number of their neighbours. */
function drawn({ x, pattern }: Graphs, i: number): string {
  const symbols = Array.from({ length: vertices }, (_, v) => {
    if (x.data[3 * (i * vertices + v)] === maskConstant) return '·';
    const edges = pattern.data.subarray((i * vertices + v) * vertices, (i * vertices + v + 1) * vertices);
    return `${edges.filter((weight) => weight > 0).length - 1}`;
  });
  return Array.from({ length: size }, (_, r) => symbols.slice(r * size, (r + 1) * size).join(' ')).join('\n');
}

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const round = () => stax.serial(stax.Aggregate(), stax.Dense(64, weights), stax.Relu());
const network = (rounds: number) =>
  stax.serial(
    stax.Dense(64, weights),
    stax.Relu(),
    ...Array.from({ length: rounds }, round),
    stax.GlobalAvgPool(),
    stax.Dense(10, weights),
  );

const [a, b] = [graphs(train.images), graphs(test.images)];
const rows: string[][] = [];
const points: { x: number; y: number }[] = [];
for (const rounds of small ? [0, 1] : [0, 1, 2, 4]) {
  const { kernel } = network(rounds) as stax.Layer;
  const options = { get: 'ntk', dtype: 'float32', maskConstant } as const;
  const kTrain = await gram(kernel, a.x, null, { ...options, pattern: a.pattern });
  const kTest = await gram(kernel, b.x, a.x, { ...options, pattern: [b.pattern, a.pattern] });
  const share = await testAccuracy(kTrain, kTest, train, test);
  rows.push([`${rounds}`, percent(share)]);
  points.push({ x: rounds, y: 100 * share });
}

console.log(`${train.labels.length} training and ${test.labels.length} test digits as graphs; NTK`);
console.log(`the first one, its vertices by their number of neighbours:\n${drawn(a, 0)}\n`);
console.log(textTable(['rounds of aggregation', 'test accuracy'], rows));

console.log();
await draw(
  'graph-accuracy',
  lineChart([{ name: 'NTK', points }], {
    title: 'Digits as graphs of strokes',
    xTitle: 'rounds of aggregation',
    yTitle: 'test accuracy, %',
  }),
);
/** One digit of each class: its ink, and its vertices by the number of their neighbours. */
const firsts = Array.from({ length: 10 }, (_, digit) => train.labels.indexOf(digit));
const neighbours = (i: number) =>
  Array.from({ length: vertices }, (_, v) => {
    const edges = a.pattern.data.subarray((i * vertices + v) * vertices, (i * vertices + v + 1) * vertices);
    return Math.max(0, edges.filter((weight) => weight > 0).length - 1);
  });
const ink = firsts.flatMap((i) => [...train.images.data.subarray(i * vertices, (i + 1) * vertices)]);
await draw(
  'graph-digits',
  imageChart(
    {
      shape: [20, size, size, 1],
      data: Float64Array.from([...ink, ...firsts.flatMap(neighbours)]),
    },
    {
      title: 'Digits of 7×7 pixels, and how many neighbours with ink each pixel has',
      rowNames: ['ink', 'neighbours, 0 to 4'],
      scale: 8,
    },
  ),
);
