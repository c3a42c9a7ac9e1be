import type { NetworkKernel } from 'neural-tangents';
import { type Dtype, estimate, gram } from 'neural-tangents';
import { type Case, images, type Run, type Sizes, type Variant } from '../lib/case.js';
import { samples } from '../lib/inputs.js';
import { convNet, deepConv } from '../lib/nets.js';

const dtype: Dtype = 'float32';

/** A point of a series: the work at one value of what grows. */
const point = (x: number, kernel: NetworkKernel, sizes: Sizes): Variant => ({
  name: String(x),
  prepare: async (): Promise<Run> => {
    const { n1, n2, shape } = sizes;
    const [x1, x2] = [samples(0, n1, shape), samples(1, n2, shape)];
    return {
      once: async () => {
        const k = await gram(kernel, x1, x2, { get: 'ntk', dtype, threads: 1 });
        return () => k.to1DArray();
      },
      count: n1 * n2,
      entries: 1,
      resultBytes: 8 * n1 * n2,
      predict: () => estimate(kernel, shape, n1, n2, { get: 'ntk', dtype, threads: 1 }),
    };
  },
});

/** A series is a case whose variants are named after what grows. */
function series(name: string, title: string, points: readonly Variant[]): Case {
  const sizes = images(0, 0);
  const [first] = points;
  return {
    ...{ name, title, per: 'run', reference: first.name, variants: points },
    sizes: { smoke: sizes, default: sizes, full: sizes, nt: sizes },
  };
}

const sides = [8, 12, 16, 24, 32];
const pooledSides = [6, 8, 12, 16];

/** How the time of a Gram matrix grows, one quantity at a time. */
export const growthSeries: readonly Case[] = [
  series(
    'n',
    'samples on either side (ConvNet, 16×16×3)',
    [8, 16, 32, 64].map((n) => point(n, convNet(), images(n, n, 16))),
  ),
  series(
    'pixels, Flatten',
    'pixels of an image (5 convolutions, Flatten)',
    sides.map((side) => point(side * side, deepConv(5, 'flatten'), images(64, 64, side))),
  ),
  series(
    'pixels, pool',
    'pixels of an image (5 convolutions, global pooling)',
    pooledSides.map((side) => point(side * side, deepConv(5, 'pool'), images(4, 16, side))),
  ),
  series(
    'depth',
    'convolutions (16×16×3, Flatten)',
    [4, 8, 16, 32].map((depth) => point(depth, deepConv(depth, 'flatten'), images(64, 64, 16))),
  ),
  // Below k pools of 2×2 a Flatten needs the displacements |d| < 2^k on either axis.
  series(
    'offsets',
    'displacements at the input (ConvNets with 1, 2 and 3 pools, 32×32×3)',
    [1, 2, 3].map((pools) => point((2 ** (pools + 1) - 1) ** 2, convNet(pools), images(4, 16))),
  ),
];
