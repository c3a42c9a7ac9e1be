import { isShared } from '../../../base/dtype.js';
import { UnsupportedError } from '../../../base/errors.js';
import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import type { MatrixFactor, MatrixProduct } from './matrix-product.js';

/** What is used of ONNX Runtime's packages; `onnxruntime-node` is one. */
export interface OnnxRuntime {
  readonly Tensor: new (type: Dtype, data: FloatArray, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    /** Makes a model ready to run. */
    create(model: Uint8Array, options: object): Promise<OnnxSession>;
  };
}

/** An array of ONNX Runtime. */
export interface OnnxTensor {
  readonly data: unknown;
}

/** A model made ready to run. */
export interface OnnxSession {
  /** Runs the model on inputs by name. */
  run(inputs: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
}

/** Options of `onnxMatrixProduct`. */
export interface OnnxOptions {
  /** ONNX Runtime, where it is not the optional peer dependency `onnxruntime-node`. */
  readonly runtime?: OnnxRuntime;
  /** Threads of a product. Default: ONNX Runtime's own, one a core. */
  readonly threads?: number;
}

const PEER = 'onnxruntime-node';

/**
 * ONNX Runtime's matrix product (its `Gemm`), for `setMatrixProduct`.
 *
 * @throws UnsupportedError when `onnxruntime-node` is not installed and no other runtime is given.
 *
 * @remarks On a Xeon core with AVX-512 about 90 (float32) and 40 (float64) billion operations a second, where the engine's
 * own does 32 and 16.
 */
export async function onnxMatrixProduct({ runtime, threads }: OnnxOptions = {}): Promise<MatrixProduct> {
  const { InferenceSession, Tensor } = runtime ?? (await load());
  const sessions = new Map<string, Promise<OnnxSession>>();
  const sessionOf = (type: Dtype, transA: boolean, transB: boolean): Promise<OnnxSession> => {
    const name = [type, transA, transB].join();
    const known = sessions.get(name);
    if (known) return known;
    const options = threads === undefined ? {} : { intraOpNumThreads: threads };
    const session = InferenceSession.create(gemmModel(type, transA, transB), options);
    sessions.set(name, session);
    return session;
  };
  return {
    name: 'onnxruntime',
    async multiply(left, right) {
      const type = left.data instanceof Float32Array ? 'float32' : 'float64';
      const session = await sessionOf(type, left.transposed, right.transposed);
      // The runtime refuses memory that threads share.
      const tensor = ({ data, rows, columns }: MatrixFactor) =>
        new Tensor(type, isShared(data) ? data.slice() : data, [rows, columns]);
      const { c } = await session.run({ a: tensor(left), b: tensor(right) });
      return c.data as FloatArray;
    },
  };
}

async function load(): Promise<OnnxRuntime> {
  try {
    // By a variable, so that bundlers do not look for a package that need not be there.
    const module = await import(/* @vite-ignore */ PEER);
    return module.default ?? module;
  } catch (error) {
    throw new UnsupportedError(
      `onnxMatrixProduct: ${PEER} could not be loaded (${(error as Error).message}). Run npm install ${PEER}, or pass a ` +
        'runtime.',
    );
  }
}

// The model is one node, written as protocol buffers by hand: field numbers are those of onnx.proto.

/** ONNX's code of an element type. */
const elementTypes = { float32: 1, float64: 11 } as const;

/** A model of c = op(a)·op(b). */
function gemmModel(type: Dtype, transA: boolean, transB: boolean): Uint8Array {
  const attribute = (name: string, value: boolean) =>
    message(5, [...text(1, name), ...integer(3, Number(value)), ...integer(20, 2)]);
  const node = [
    ...[...text(1, 'a'), ...text(1, 'b'), ...text(2, 'c'), ...text(4, 'Gemm')],
    ...[...attribute('transA', transA), ...attribute('transB', transB)],
  ];
  const value = (field: number, name: string) => {
    const tensorType = message(1, integer(1, elementTypes[type]));
    return message(field, [...text(1, name), ...message(2, tensorType)]);
  };
  const graph = [
    ...[...message(1, node), ...text(2, 'product')],
    ...[...value(11, 'a'), ...value(11, 'b'), ...value(12, 'c')],
  ];
  const opset13 = message(8, [...text(1, ''), ...integer(2, 13)]);
  return Uint8Array.from([...integer(1, 8), ...message(7, graph), ...opset13]);
}

/** A field that holds a number below 128. */
const integer = (field: number, value: number): number[] => [...varint(field << 3), value];

const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];

const text = (field: number, value: string): number[] => message(field, [...new TextEncoder().encode(value)]);

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
