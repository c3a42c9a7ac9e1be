import { describe, expect, it } from 'vitest';
import { DisplacementSet, imageSize, pixels } from '../../../../src/executors/engine/lowering/geometry.js';
import { lower } from '../../../../src/executors/engine/lowering/lower.js';
import { walkNeeds } from '../../../../src/executors/engine/lowering/needs.js';
import { stax, traceProgram } from '../../../../src/index.js';

const conv = () => stax.Conv(8, [3, 3], { padding: 'SAME' });
const block = () => [conv(), stax.Relu()];
const pool = () => stax.AvgPool([2, 2], { strides: [2, 2] });

function needsOf(net: ReturnType<typeof stax.serial>, sample: readonly number[]) {
  const lowered = lower(traceProgram(net as never, sample));
  const needs = walkNeeds(lowered, new Map([[lowered.output, DisplacementSet.all([1, 1, 1])]]));
  return lowered.steps.map((step, i) => ({
    kind: step.kind,
    size: step.shape.slice(1).join('x'),
    reach: Math.max(...needs.displacements[i].sorted().flatMap((d) => d.map(Math.abs))),
    entries: needs.displacements[i].sorted().reduce((sum, d) => sum + pixels(imageSize(step.shape, d)), 0),
    kept: needs.kept[i],
  }));
}

describe('needed displacements', () => {
  it('of a ConvNet with three pools and Flatten are 7, 3 and 1 wide: 5.8 times fewer entries at 32×32', () => {
    const net = stax.serial(
      ...block(),
      ...block(),
      pool(),
      ...block(),
      pool(),
      ...block(),
      pool(),
      stax.Flatten(),
    );
    const steps = needsOf(net, [32, 32, 3]);
    expect(steps.map(({ kind, size, reach }) => `${kind} ${size} ${reach}`)).toEqual([
      ...['source 32x32 7', 'filter 32x32 7', 'filter 32x32 7', 'pool 16x16 3', 'filter 16x16 3'],
      ...['pool 8x8 1', 'filter 8x8 1', 'pool 4x4 0', 'filter 1x1 0'],
    ]);
    expect(steps[1].entries).toBe(179_776);
    expect(steps.filter(({ kept }) => kept).map(({ kind }) => kind)).toEqual([
      'pool',
      'pool',
      'pool',
      'filter',
    ]);
  });

  it('of a network without pools are the diagonal, of global pooling all', () => {
    const flat = needsOf(stax.serial(...block(), ...block(), stax.Flatten()), [8, 8, 1]);
    expect(flat.every(({ reach }) => reach === 0)).toBe(true);
    const pooled = needsOf(stax.serial(...block(), ...block(), stax.GlobalAvgPool()), [8, 8, 1]);
    expect(pooled[1]).toMatchObject({ reach: 7, entries: 64 * 64 });
  });

  it('of weights that positions do not share are the diagonal, below pools too', () => {
    const local = () => stax.ConvLocal(8, [3, 3], { padding: 'SAME' });
    const branches = [stax.FanOut(2), stax.parallel(local(), stax.serial(local(), local())), stax.FanInSum()];
    const net = (...hidden: stax.AnyLayer[]) =>
      stax.serial(...([...block(), ...hidden, stax.GlobalAvgPool()] as [stax.Layer]));
    const independent = needsOf(net(...branches, stax.Dropout(0.5), pool()) as never, [8, 8, 1]);
    expect(independent.filter(({ kind }) => kind === 'diagonal').length).toBe(3);
    expect(independent.slice(0, -2).every(({ reach }) => reach === 0)).toBe(true);
    const afterwards = needsOf(net(local(), stax.Relu()) as never, [8, 8, 1]);
    expect(afterwards.map(({ kind, reach }) => `${kind} ${reach}`)).toEqual([
      ...['source 0', 'filter 0', 'filter 0', 'diagonal 7', 'filter 7', 'pool 0'],
    ]);
  });
});
