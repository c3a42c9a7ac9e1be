import { describe, expect, it } from 'vitest';
import { gram, gramVjp, type Program, programKernel, programOf, random, stax } from '../../src/index.js';

const weights = { wStd: 1.3, bStd: 0.2 };
const network = stax.serial(
  stax.Conv(4, [3, 3], { ...weights, padding: 'SAME' }),
  stax.residual(stax.serial(stax.Relu(), stax.Conv(4, [3, 3], { ...weights, padding: 'SAME' }))),
  stax.AvgPool([2, 2]),
  stax.LayerNorm(),
  stax.Flatten(),
  stax.Dense(3, weights),
);
const x = random.normal(random.key(0), [4, 5, 4, 2], { dtype: 'float64' });
const kept = (): Program => JSON.parse(JSON.stringify(programOf(network.kernel, [5, 4, 2])));

describe('programKernel', () => {
  it('is the kernel of the network that its Program was traced from', async () => {
    const kernel = programKernel(kept());
    expect(programOf(kernel, [5, 4, 2])).toEqual(kept());
    const both = { get: ['nngp', 'ntk'] } as const;
    const [mine, theirs] = [await gram(kernel, x, null, both), await gram(network.kernel, x, null, both)];
    expect(mine.nngp.to2DArray()).toEqual(theirs.nngp.to2DArray());
    expect(mine.ntk.to2DArray()).toEqual(theirs.ntk.to2DArray());
    const gradient = (k: object) => gramVjp(k as typeof kernel, x, null, { ntk: theirs.ntk });
    expect((await gradient(kernel)).x1.data).toEqual((await gradient(network.kernel)).x1.data);
  });

  it('refuses inputs of another shape and Programs of more than one input', async () => {
    const other = random.normal(random.key(0), [4, 4, 4, 2], { dtype: 'float64' });
    await expect(
      gram(programKernel(kept()), other, null, { get: 'ntk' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: programKernel: the Program was traced for samples of shape [5,4,2], got [4,4,2]. Trace the network again for samples of this shape.]`,
    );
    const two = stax.serial(stax.parallel(stax.Dense(2), stax.Dense(2)), stax.FanInSum());
    expect(() => programKernel(programOf(two.kernel, [[3], [3]]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: programKernel: needs a Program of one input without masks or patterns, got one that reads gram and gram. Compose the network again and use its kernel.]`,
    );
  });
});
