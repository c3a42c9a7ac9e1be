import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { gram, type NdArray, releaseThreads } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, byTf, type Computed, generic, lossOf, weightsOf } from '../support/compute.js';
import { drawNet } from '../support/random-nets.js';
import { type Lost, lostByRounding } from '../support/rounding.js';
import { tolerance } from '../support/tolerance.js';

/** How many networks to try, and which: `RANDOM_NETS=500 RANDOM_NETS_SEED=7 npx vitest run --project contract random-nets`. */
const runs = Number(process.env.RANDOM_NETS ?? 40);
const seed = Number(process.env.RANDOM_NETS_SEED ?? 20);

/** The largest errors so far, and whose they are. */
const worst: Record<string, { error: number; text: string }> = {};
let tried = 0;

afterAll(async () => {
  await releaseThreads();
  const list = Object.entries(worst).map(
    ([kind, { error, text }]) => `${kind} ${error.toExponential(1)}: ${text}`,
  );
  console.info(`${tried} random networks of seed ${seed}; largest errors:\n${list.join('\n')}`);
});

it(
  'computes the same by the engine in both precisions and by the tf executor, and gradients that differences confirm',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.boolean(), async (g, withItself) => {
        const { net, sample, text } = drawNet(g);
        const x1 = generic([3, ...sample], 1);
        const x2 = withItself ? null : generic([2, ...sample], 2);
        try {
          const exact = await byEngine(net, x1, x2, 'float64');
          const check = (kind: string, error: number, bound: number) => {
            if (!(error <= (worst[kind]?.error ?? -1))) worst[kind] = { error, text };
            expect(error, kind).toBeLessThan(bound);
          };
          const [inEngine, inTf] = [await byEngine(net, x1, x2, 'float32'), byTf(net, x1, x2)];
          const { f32, f64 } = tolerance;
          let lost: Lost | null = null;
          for (const [kind, errorOf] of [
            ['values', valueError],
            ['gradients', gradientError],
          ] as const) {
            for (const [name, computed] of Object.entries({ engine: inEngine, tf: inTf })) {
              const error = errorOf(computed, exact);
              // Some networks make activations nearly parallel: no float32 has their angles.
              if (error > f32[kind]) lost ??= lostByRounding(net, x1, x2, weightsOf);
              check(`${name} f32 ${kind}`, error, Math.max(f32[kind], f32.lost * (lost?.[kind] ?? 0)));
            }
          }
          const { error, doubt } = await differenceError(net, x1, x2, exact);
          check('differences', error, Math.max(f64.line, 10 * doubt));
          tried++;
        } catch (error) {
          throw new Error(`On samples [${sample}]${withItself ? ', x2 null' : ''}: ${text}`, {
            cause: error,
          });
        }
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    expect(tried).toBe(runs);
  },
  Math.max(120_000, runs * 10_000),
);

function valueError(actual: Computed, exact: Computed): number {
  return Math.max(relativeError(actual.nngp, exact.nngp), relativeError(actual.ntk, exact.ntk));
}

function gradientError(actual: Computed, exact: Computed): number {
  return Math.max(...exact.gradients.map((gradient, i) => relativeError(actual.gradients[i], gradient)));
}

/**
 * The slope of the loss along a line against differences by four points, relative to the length of the gradient; and what
 * twice the step makes of these differences, which is much where roundings are (of parallel activations) or kinks (|score| of
 * attention).
 */
async function differenceError(
  net: Layer,
  x1: NdArray,
  x2: NdArray | null,
  exact: Computed,
): Promise<{ error: number; doubt: number }> {
  const step = 1e-4;
  const sides = [x1, x2].filter((x) => x !== null);
  const lines = sides.map((x, side) => generic(x.shape, 3 + side).data);
  const lossAt = async (t: number): Promise<number> => {
    const [a, b = null] = sides.map(
      (x, side): NdArray => ({
        shape: x.shape,
        data: Float64Array.from(x.data, (entry, i) => entry + t * lines[side][i]),
      }),
    );
    const { nngp, ntk } = await gram(net.kernel, a, b, { get: ['nngp', 'ntk'] });
    return lossOf({ nngp: nngp.to1DArray(), ntk: ntk.to1DArray(), gradients: [] });
  };
  const [one, two, four] = await Promise.all(
    [step, 2 * step, 4 * step].map(async (t) => (await lossAt(t)) - (await lossAt(-t))),
  );
  const difference = (8 * one - two) / (12 * step);
  const wider = (8 * two - four) / (24 * step);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, entry, i) => sum + entry * b[i], 0);
  const slope = exact.gradients.reduce((sum, gradient, side) => sum + dot(gradient, lines[side]), 0);
  const length = Math.sqrt(exact.gradients.reduce((sum, gradient) => sum + dot(gradient, gradient), 0));
  // Of a gradient that is nothing beside its kernels (far out on a Gaussian), differences see roundings alone.
  const kernels = [...Array.from(exact.nngp), ...Array.from(exact.ntk)].map(Math.abs);
  const scale = Math.max(length, step * 10 * Math.max(...kernels));
  // Far out on a Gaussian kernels and gradients can be 0 altogether.
  const relative = (x: number) => Math.abs(x) / (scale === 0 ? 1 : scale);
  return { error: relative(difference - slope), doubt: relative(wider - difference) };
}
