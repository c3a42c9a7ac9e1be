/**
 * Milliseconds per entry of the NTK of the distillation papers' ConvNet on 32×32×3 images (NNGP and NTK together),
 * in float32 and float64, on 1 and 2 threads: `npm run bench`, or `npm run bench -- --smoke` for a run of seconds.
 */
import { cpus } from 'node:os';
import { gram, random, stax } from 'neural-tangents';

const smoke = process.argv.includes('--smoke');
const [rows, columns, repeats] = smoke ? [2, 4, 1] : [8, 64, 5];

const weights = { wStd: Math.SQRT2, bStd: 0.1 };
const block = () => [stax.Conv(1, [3, 3], { ...weights, padding: 'SAME' }), stax.Relu()] as const;
const pooledBlock = () => [...block(), stax.AvgPool([2, 2], { strides: [2, 2] })] as const;
const { kernel } = stax.serial(
  ...block(),
  ...pooledBlock(),
  ...pooledBlock(),
  ...pooledBlock(),
  stax.Flatten(),
  stax.Dense(10, weights),
);

const [key1, key2] = random.split(random.key(0));
const images = (key: random.Key, n: number) => random.normal(key, [n, 32, 32, 3]);
const x1 = images(key1, rows);
const x2 = images(key2, columns);

const cases = (['float32', 'float64'] as const).flatMap((dtype) =>
  [1, 2].map((threads) => ({ dtype, threads, ms: [] as number[] })),
);

// Round 0 warms up; after it the cases take turns, so that a slow moment of the machine hits all of them.
for (let round = 0; round <= repeats; round++) {
  for (const { dtype, threads, ms } of cases) {
    const start = performance.now();
    await gram(kernel, x1, x2, { get: 'ntk', dtype, threads });
    if (round > 0) ms.push((performance.now() - start) / (rows * columns));
  }
}

console.log(
  `ConvNet, 32×32×3, ${rows}×${columns} entries, ${repeats} rounds, Node ${process.version}, ${cpus()[0]?.model}`,
);
console.log('dtype  threads  ms/entry (median)  least–most');
for (const { dtype, threads, ms } of cases) {
  const sorted = ms.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(
    `${dtype}    ${threads}        ${median.toFixed(3).padEnd(17)}  ${sorted[0].toFixed(3)}–${sorted[sorted.length - 1].toFixed(3)}`,
  );
}
