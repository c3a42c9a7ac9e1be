import { describe, expect, test } from 'vitest';
import { programHash, programOf, stax, traceProgram } from '../../src/index.js';
import type { AnyOp } from '../../src/program/ops/index.js';

/** An op in one line: its name, its inputs, its fields. */
function line({ op, inputs, ...fields }: AnyOp): string {
  const values = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${op}(${inputs}) ${values.join(', ')}`;
}

const trace = (layer: stax.Layer, shape: readonly number[]) =>
  `\n${traceProgram(layer, shape).ops.map(line).join('\n')}\n`;

const wStd = Math.SQRT2;

describe('the Program of', () => {
  test('a fully connected network on images: Flatten becomes the input covariance', () => {
    const net = stax.serial(
      stax.Flatten(),
      stax.Dense(8, { wStd: 2, bStd: 0.5 }),
      stax.Relu(),
      stax.Dense(1),
    );
    expect(trace(net, [4, 4, 3])).toMatchInlineSnapshot(`
      "
      gram() shape [], channels 48, at 0
      affine(0) shape [], scale 4, shift 0.25, ntkFromNngp 4, ntkShift 0.25
      activation(1) shape [], fn "abRelu", params [0,1]
      affine(2) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      "
    `);
  });

  test('convolution, activation, pool and Flatten', () => {
    const net = stax.serial(
      stax.Conv(8, [3, 3], { padding: 'SAME', wStd: 2 }),
      stax.LeakyRelu(0.1),
      stax.AvgPool([2, 2], { strides: [2, 2] }),
      stax.Flatten(),
      stax.Dense(10),
    );
    expect(trace(net, [6, 7, 3])).toMatchInlineSnapshot(`
      "
      gram() shape [6,7], channels 3, at 0
      patchMean(0) shape [6,7], window [3,3], strides [1,1], low [1,1]
      affine(1) shape [6,7], scale 4, shift 0, ntkFromNngp 4, ntkShift 0
      activation(2) shape [6,7], fn "abRelu", params [0.1,1]
      pool(3) shape [3,3], window [2,2], strides [2,2], low [0,0], scale 0.0625
      patchMean(4) shape [], window [3,3], strides [1,1], low [0,0]
      affine(5) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      "
    `);
  });

  test('circular windows: a repeated image and the windows inside it', () => {
    const net = stax.serial(
      stax.Conv(8, [3], { padding: 'CIRCULAR' }),
      stax.SumPool([4], { padding: 'CIRCULAR', strides: [3] }),
      stax.GlobalAvgPool(),
    );
    expect(trace(net, [7, 2])).toMatchInlineSnapshot(`
      "
      gram() shape [7], channels 2, at 0
      select(0) shape [9], at [[6,0,1,2,3,4,5,6,0]]
      patchMean(1) shape [7], window [3], strides [1], low [0]
      affine(2) shape [7], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      select(3) shape [10], at [[6,0,1,2,3,4,5,6,0,1]]
      pool(4) shape [3], window [4], strides [3], low [0], scale 1
      pool(5) shape [], window [3], strides [1], low [0], scale 0.1111111111111111
      "
    `);
  });

  test('windows of one position: nothing to average, nothing to repeat', () => {
    const net = stax.serial(
      stax.Conv(8, [1, 1], { padding: 'CIRCULAR' }),
      stax.AvgPool([1, 1]),
      stax.Conv(8, [1, 1], { strides: [2, 2] }),
    );
    expect(trace(net, [4, 4, 2])).toMatchInlineSnapshot(`
      "
      gram() shape [4,4], channels 2, at 0
      affine(0) shape [4,4], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      patchMean(1) shape [2,2], window [1,1], strides [2,2], low [0,0]
      affine(2) shape [2,2], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      "
    `);
  });

  test('normalizeEdges: a sum, weighed by the positions that each window has in the image', () => {
    const net = stax.serial(stax.Dense(8), stax.AvgPool([3, 2], { padding: 'SAME', normalizeEdges: true }));
    expect(trace(net, [3, 2, 1])).toMatchInlineSnapshot(`
      "
      gram() shape [3,2], channels 1, at 0
      affine(0) shape [3,2], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      pool(1) shape [3,2], window [3,2], strides [1,1], low [1,0], scale 1
      weigh(2) shape [3,2], weights [[0.5,0.3333333333333333,0.5],[0.5,1]]
      "
    `);
  });

  test('normalizeEdges without zeros at the edges: the plain mean', () => {
    const options = { padding: 'CIRCULAR' } as const;
    expect(trace(stax.AvgPool([2], { ...options, normalizeEdges: true }), [4, 1])).toBe(
      trace(stax.AvgPool([2], options), [4, 1]),
    );
  });

  test('the standard parameterization, biases absent, zero and present', () => {
    const standard = { parameterization: 'standard', s: [2, 3] } as const;
    const net = stax.serial(
      stax.Dense(8, standard),
      stax.Dense(8, { ...standard, bStd: 0 }),
      stax.Conv(8, [], { ...standard, bStd: 0.5 }),
    );
    expect(trace(net, [5])).toMatchInlineSnapshot(`
      "
      gram() shape [], channels 5, at 0
      affine(0) shape [], scale 1, shift 0, ntkFromNngp 2.5, ntkShift 0
      affine(1) shape [], scale 1, shift 0, ntkFromNngp 12, ntkShift 1
      affine(2) shape [], scale 1, shift 0.25, ntkFromNngp 12, ntkShift 1
      "
    `);
  });

  test('Erf with its three factors, and without', () => {
    const net = stax.serial(stax.Dense(8), stax.Erf({ a: 2, b: 0.5, c: 0.25 }), stax.Dense(8), stax.Erf());
    expect(trace(net, [5])).toMatchInlineSnapshot(`
      "
      gram() shape [], channels 5, at 0
      affine(0) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      affine(1) shape [], scale 0.25, shift 0, ntkFromNngp 0, ntkShift 0
      activation(2) shape [], fn "erf", params []
      affine(3) shape [], scale 4, shift 0.0625, ntkFromNngp 0, ntkShift 0
      affine(4) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      activation(5) shape [], fn "erf", params []
      "
    `);
  });

  test('a residual block', () => {
    const net = stax.serial(
      stax.Dense(8),
      stax.FanOut(2),
      stax.parallel(stax.serial(stax.Gelu({ approximate: true }), stax.Dense(8)), stax.Identity()),
      stax.FanInSum(),
      stax.Abs(),
    );
    expect(trace(net, [5])).toMatchInlineSnapshot(`
      "
      gram() shape [], channels 5, at 0
      affine(0) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      activation(1) shape [], fn "gelu", params []
      affine(2) shape [], scale 1, shift 0, ntkFromNngp 1, ntkShift 0
      sum(3,1) shape []
      activation(4) shape [], fn "abRelu", params [-1,1]
      "
    `);
  });

  test('a network of parameter-free layers alone', () => {
    expect(
      trace(stax.serial(stax.Identity(), stax.GlobalSumPool(), stax.Flatten()), [2, 3, 1]),
    ).toMatchInlineSnapshot(`
      "
      gram() shape [2,3], channels 1, at 0
      pool(0) shape [], window [2,3], strides [1,1], low [0,0], scale 1
      "
    `);
  });
});

describe('rectifiers', () => {
  test('share one dual, with their slopes below and above zero', () => {
    const slopes = [stax.Relu(), stax.LeakyRelu(0.3), stax.ABRelu(-0.5, 2), stax.Abs()].map((layer) => {
      const { ops } = traceProgram(stax.serial(stax.Dense(1), layer), [1]);
      return ops[2].op === 'activation' && ops[2].params;
    });
    expect(slopes).toEqual([
      [0, 1],
      [0.3, 1],
      [-0.5, 2],
      [-1, 1],
    ]);
  });

  test('take doStabilize, which changes nothing', () => {
    const net = (layer: stax.Layer) => trace(stax.serial(stax.Dense(8), layer), [4]);
    expect(net(stax.Relu({ doStabilize: true }))).toBe(net(stax.Relu()));
  });
});

describe('Programs', () => {
  const net = stax.serial(stax.Conv(8, [3, 3], { wStd }), stax.Relu(), stax.Flatten(), stax.Dense(1));

  test('are traced once per sample shape', () => {
    expect(traceProgram(net, [5, 5, 2])).toBe(traceProgram(net, [5, 5, 2]));
    expect(traceProgram(net, [5, 5, 2])).not.toEqual(traceProgram(net, [5, 6, 2]));
  });

  test('survive JSON', () => {
    const program = traceProgram(net, [5, 5, 2]);
    expect(JSON.parse(JSON.stringify(program))).toEqual(program);
  });

  test('hash by what they are, not by whose they are', () => {
    const twin = stax.serial(stax.Conv(8, [3, 3], { wStd }), stax.Relu(), stax.Flatten(), stax.Dense(1));
    expect(programHash(traceProgram(twin, [5, 5, 2]))).toBe(programHash(traceProgram(net, [5, 5, 2])));
    expect(programHash(traceProgram(net, [5, 6, 2]))).not.toBe(programHash(traceProgram(net, [5, 5, 2])));
  });

  test('are found from the kernel function', () => {
    expect(programOf(net.kernel, [5, 5, 2])).toBe(traceProgram(net, [5, 5, 2]));
    // @ts-expect-error a function that is no network's kernel
    expect(() => programOf(() => 0, [5])).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: programOf: kernel must be the kernel function of a network, got a function. Pass e.g. stax.serial(…).kernel.]`,
    );
  });

  test('have one output', () => {
    const branches = stax.serial(stax.Dense(8), stax.FanOut(3));
    expect(() => traceProgram(branches, [5])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: traceProgram: a Program has one output, got a network with 3. End it with FanInSum.]`,
    );
  });

  test('name ops that exist, in order, each read by a later one', () => {
    const block = stax.serial(
      stax.FanOut(2),
      stax.parallel(stax.serial(stax.Flatten(), stax.Dense(8)), stax.serial(stax.Flatten(), stax.Dense(8))),
      stax.FanInSum(),
    );
    const { ops, output } = traceProgram(block, [4, 4, 3]);
    expect(output).toBe(ops.length - 1);
    const read = new Set(ops.flatMap(({ inputs }) => inputs));
    for (const [i, { inputs }] of ops.entries()) {
      for (const input of inputs) expect(input).toBeLessThan(i);
      expect(read.has(i) || i === output).toBe(true);
    }
  });
});
