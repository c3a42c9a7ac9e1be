import { readFileSync } from 'node:fs';
import { LuDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { targetsOf } from '../../src/distill/evaluate-support.js';
import { evaluateSupport, kip, kipLoss, labelSolve, type Support } from '../../src/distill/index.js';
import { gram } from '../../src/gram/index.js';
import { kernelRidge } from '../../src/regression/index.js';
import { relativeError } from '../support/compare.js';
import { buildNet, goldenInput, type InputSpec, type NetSpec } from '../support/net.js';
import { tolerance } from '../support/tolerance.js';

/** What Neural Tangents computes for KIP's loss in float64. */
interface KipCase {
  readonly name: string;
  readonly net: NetSpec;
  readonly get: 'nngp' | 'ntk';
  readonly reg: number;
  readonly classes: number;
  readonly xSupport: InputSpec;
  readonly xTarget: InputSpec;
  readonly loss: number;
  readonly predictions: readonly (readonly number[])[];
  readonly gradX: readonly number[];
  readonly gradY: readonly (readonly number[])[];
  readonly adam: { readonly lr: number; readonly losses: readonly number[] };
  readonly labelSolve: readonly (readonly number[])[];
}

const fixture = new URL('../fixtures/kip.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: KipCase[] };

/** A case's data: labels are one-hot of (index mod classes) minus 1/classes. */
function dataOf({ net, xSupport, xTarget, classes: numClasses }: KipCase) {
  const dataset = (spec: InputSpec) => {
    const images = goldenInput(spec);
    return {
      images,
      labels: Int32Array.from({ length: spec.shape[0] }, (_, i) => i % numClasses),
      numClasses,
    };
  };
  const train = dataset(xTarget);
  const support: Support = targetsOf(dataset(xSupport));
  return { kernel: buildNet(net).kernel, support, train };
}

const flat = (rows: readonly (readonly number[])[]): number[] => rows.flat();

describe.each(cases)('$name, $get, reg $reg', (golden) => {
  const { get, reg } = golden;
  const allowed = reg < 1e-3 ? tolerance.kip.smallRidge : tolerance.kip.ridge;
  const options = { get, reg, jitter: false, threads: 1 } as const;

  it('has the loss, the predictions and the gradients of Neural Tangents', async () => {
    const { kernel, support, train } = dataOf(golden);
    const { loss, gradient } = await kipLoss(kernel, support, targetsOf(train), options);
    const kSs = await gram(kernel, support.images, null, { get });
    const kTs = await gram(kernel, train.images, support.images, { get });
    const { predict } = await kernelRidge(kSs, support.labels, { reg, jitter: false });
    const predictions = await predict(kTs);
    expect(relativeError([loss], [golden.loss])).toBeLessThan(allowed);
    expect(relativeError(predictions.to1DArray(), flat(golden.predictions))).toBeLessThan(allowed);
    expect(relativeError(gradient!.images.data, golden.gradX)).toBeLessThan(allowed);
    expect(relativeError(gradient!.labels.to1DArray(), flat(golden.gradY))).toBeLessThan(allowed);
  });

  it('follows its Adam trajectory on images and labels', async () => {
    const { kernel, support, train } = dataOf(golden);
    const steps = golden.adam.losses.length - 1;
    const supportSize = support.labels.rows;
    const { lr: learningRate } = golden.adam;
    const result = await kip(kernel, train, {
      ...options,
      supportSize,
      steps,
      learningRate,
      init: support,
      labels: 'learned',
    });
    const { loss } = await evaluateSupport(kernel, result, train, options);
    const losses = [...result.history.map((record) => record.loss), loss];
    expect(relativeError(losses, golden.adam.losses)).toBeLessThan(allowed);
  });

  it('solves for its labels, and fits no worse than they do', async () => {
    const { kernel, support, train } = dataOf(golden);
    const { labels } = await labelSolve(kernel, support.images, train, { get, reg, threads: 1, block: 4 });
    expect(relativeError(labels.to1DArray(), flat(golden.labelSolve))).toBeLessThan(allowed);
    const theirs = new Matrix(golden.labelSolve.map((row) => [...row]));
    const lossOf = async (y: Matrix) =>
      (await evaluateSupport(kernel, { ...support, labels: y }, train, options)).loss;
    expect(await lossOf(labels)).toBeLessThanOrEqual(
      (await lossOf(theirs)) * (1 + tolerance.kip.labelSolveLoss),
    );
    // What Label Solve minimises, at the labels of either.
    const n = support.labels.rows;
    const objective = async (y: Matrix) => {
      const kSs = await gram(kernel, support.images, null, { get });
      const kTs = await gram(kernel, train.images, support.images, { get });
      const beta = new LuDecomposition(Matrix.add(kSs, Matrix.eye(n, n, reg / n))).solve(y);
      const misfit = Matrix.sub(kTs.mmul(beta), targetsOf(train).labels);
      return misfit.norm('frobenius') ** 2 + (reg / n) * beta.norm('frobenius') ** 2;
    };
    expect(await objective(labels)).toBeLessThanOrEqual(
      (await objective(theirs)) * (1 + tolerance.f64.rounding),
    );
  });
});
