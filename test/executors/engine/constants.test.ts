import { describe, expect, it } from 'vitest';
import { enginePairs } from '../../../src/executors/engine/index.js';
import { programOf } from '../../../src/index.js';
import { constantsOf, withConstants } from '../../../src/program/constants.js';
import { generic } from '../../support/compute.js';
import { derivative } from '../../support/differences.js';
import { layerNets, withReadout } from '../../support/layer-nets.js';
import { kernelOnlyNets } from '../../support/nonlinearity-nets.js';

const fields = ['nngp', 'ntk'] as const;

describe.each([...layerNets, ...kernelOnlyNets])(
  'the gradient in the constants of %s',
  (_, sample, hidden) => {
    const program = programOf(withReadout(hidden(3), 2).kernel, sample);
    const rows = (count: number, seed: number) => ({
      data: generic([count, program.rowSize], seed).data,
      count,
    });
    const [x1, x2] = [rows(3, 1), rows(4, 2)];
    const run = { dtype: 'float64', threads: 1 } as const;
    const none = { x1: false, x2: false };

    it.each([false, true])('is that of differences; of samples with themselves: %s', async (self) => {
      const other = self ? null : x2;
      const size = 3 * (self ? 3 : 4);
      const cotangents = { nngp: generic([size], 3).data, ntk: generic([size], 4).data };
      const loss = async (numbers: readonly number[]) => {
        const k = await enginePairs.gram(withConstants(program, numbers), x1, other, { ...run, fields });
        return fields.reduce(
          (sum, field) => sum + cotangents[field].reduce((s, g, i) => s + g * k[field]![i], 0),
          0,
        );
      };
      const numbers = constantsOf(program);
      const job = { ...run, sides: none, constants: true, same: false };
      const { constants } = await enginePairs.vjp(program, x1, other, cotangents, job);
      const threaded = await enginePairs.vjp(program, x1, other, cotangents, { ...job, threads: 2 });
      expect(threaded.constants).toEqual(constants);
      const expected: number[] = [];
      for (let i = 0; i < numbers.length; i++) {
        const at = (t: number) => numbers.map((number, j) => (j === i ? number + t : number));
        expected.push(await derivative((t) => loss(at(t)), 1e-4));
      }
      const scale = Math.max(...expected.map(Math.abs));
      expect(constants).toHaveLength(numbers.length);
      expected.forEach((slope, i) => {
        expect(Math.abs(constants![i] - slope) / scale).toBeLessThan(1e-8);
      });
    });
  },
);
