import type { Tensor } from '#tf';
import { ShapeError, UnsupportedError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import type { AnyOp } from '../program/ops/index.js';
import type { Program } from '../program/program.js';
import { channelsOf, type SymbolicKernel, type SymbolicTree, spatialOf } from '../tracing/symbolic.js';
import { type KernelFn, makeKernelFn } from './kernel-fn.js';

/**
 * The kernel function of a Program that was kept, e.g. in a file: that of the network it was traced from.
 *
 * It takes inputs of the shape for which the Program was traced, samples first and channels last.
 *
 * @throws UnsupportedError when the Program reads anything but one input: several, masks, graph patterns or a `Kernel`.
 * @example
 * ```ts
 * import { gram, programKernel, programOf, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(1));
 * const text = JSON.stringify(programOf(kernel, [2]));
 * const x = { shape: [3, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1) };
 * const again = await gram(programKernel(JSON.parse(text)), x, null, { get: 'ntk' });
 * console.log(again.get(0, 1) === (await gram(kernel, x, null, { get: 'ntk' })).get(0, 1)); // true
 * ```
 */
export function programKernel(program: Program): KernelFn {
  const starts = program.ops.filter((op) => op.inputs.length === 0);
  if (starts.length !== 1 || starts[0].op !== 'gram' || program.rowSize !== program.inputSize) {
    throw new UnsupportedError(
      'programKernel: needs a Program of one input without masks or patterns, got one that reads ' +
        `${starts.map(({ op }) => op).join(' and ')}${program.rowSize === program.inputSize ? '' : ' and tables'}. ` +
        'Compose the network again and use its kernel.',
    );
  }
  return makeKernelFn<Tensor, Tensor>({
    name: 'programKernel',
    axes: null,
    propagate: (k) => replay(program, k),
  });
}

/** Appends a Program's ops to the kernel of its input. */
function replay({ ops, output }: Program, k: SymbolicTree): SymbolicKernel {
  if (Array.isArray(k)) {
    throw new UnsupportedError('programKernel: takes one input, got a list of them. Pass a single array.');
  }
  const input = k as SymbolicKernel;
  const nodes: number[] = [];
  for (const op of ops) nodes.push(op.op === 'gram' ? startAt(op, input) : emit(op, nodes, input));
  return {
    ...input,
    node: nodes[output],
    shape: [...ops[output].shape, 1],
    isGaussian: false,
    isInput: false,
    origin: 'the output of a Program',
  };
}

/** The Program's start at the input; a network that flattens its input first has a Program that starts from flat samples. */
function startAt(start: Extract<AnyOp, { op: 'gram' }>, input: SymbolicKernel): number {
  const has = [...spatialOf(input.shape), channelsOf(input.shape)];
  const wants = [...start.shape, start.channels];
  const flat = start.shape.length === 0 && sizeOf(has) === start.channels;
  const own = input.builder.op(input.node);
  if (own.op === 'gram' && (flat || String(has) === String(wants))) {
    return input.builder.emit({ ...start, at: own.at });
  }
  throw new ShapeError(
    `programKernel: the Program was traced for samples of shape [${wants}], got [${has}]. ` +
      'Trace the network again for samples of this shape.',
  );
}

function emit(op: AnyOp, nodes: readonly number[], { builder }: SymbolicKernel): number {
  return builder.emit({ ...op, inputs: op.inputs.map((input) => nodes[input]) });
}
