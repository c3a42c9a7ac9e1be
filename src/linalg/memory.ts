import { ShapeError, UnsupportedError } from '../base/errors.js';
import type { EngineExports } from '../wasm/exports.js';
import { ensureBytes, FREE, instantiate } from '../wasm/module.js';

// The engine's dense f64 linear algebra is synchronous, on row-major Float64Arrays. Arguments are copied into the memory of an
// instance of its own, results copied out.

/** What the engine's module exports for dense linear algebra; arrays are byte addresses, strides numbers. */
interface LinalgExports extends EngineExports {
  cholesky64(n: number, a: number, stride: number, work: number): number;
  eigenWorkBytes(n: number, vectors: boolean): number;
  eigen64(n: number, a: number, d: number, z: number, work: number, gemmWork: number): number;
  eigenvalues64(n: number, a: number, d: number, work: number, gemmWork: number): number;
  solveLower64: TriangularSolve;
  solveUpper64: TriangularSolve;
  qrWorkBytes(width: number): number;
  qrAppend64(
    n: number,
    width: number,
    rows: number,
    r: number,
    block: number,
    work: number,
    gemmWork: number,
  ): void;
}

type TriangularSolve = (
  n: number,
  columns: number,
  triangle: number,
  rowStride: number,
  columnStride: number,
  b: number,
  bStride: number,
  work: number,
) => void;

/** Memory that stays with the instance between calls; one that outgrew it is left to the garbage collector. */
const KEPT_BYTES = 2 ** 27;
const MAX_BYTES = 2 ** 32;

let instance: LinalgExports | null = null;

/** The factor whose copy stands where `withArrays` puts its first array: it need not be copied again. */
let held: WeakRef<Float64Array> | null = null;

/**
 * Runs `body` with arrays of these lengths in WASM memory (their byteOffset is the address), whose entries are anything,
 * and scratch memory.
 */
export function withArrays<Result>(
  lengths: readonly number[],
  workBytes: (wasm: LinalgExports) => number,
  body: (wasm: LinalgExports, arrays: readonly Float64Array[], gemmWork: number, work: number) => Result,
): Result {
  instance ??= instantiate() as LinalgExports;
  const wasm = instance;
  held = null;
  const offsets: number[] = [];
  let top = FREE;
  for (const bytes of [wasm.gemmWorkBytes(), workBytes(wasm), ...lengths.map((length) => length * 8)]) {
    offsets.push(top);
    top += Math.ceil(bytes / 64) * 64;
  }
  reserve(wasm.memory, top);
  const { buffer } = wasm.memory;
  const [gemmWork, work, ...starts] = offsets;
  const arrays = starts.map((at, i) => new Float64Array(buffer, at, lengths[i]));
  try {
    return body(wasm, arrays, gemmWork, work);
  } finally {
    if (buffer.byteLength > KEPT_BYTES) {
      instance = null;
      held = null;
    }
  }
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const size = `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes > MAX_BYTES) {
    throw new UnsupportedError(
      `linalg: the matrices need ${size}, WebAssembly addresses at most 4 GiB. Use smaller matrices.`,
    );
  }
  try {
    ensureBytes(memory, bytes);
  } catch {
    throw new UnsupportedError(
      `linalg: the matrices need ${size}, which could not be allocated. Use smaller matrices.`,
    );
  }
}

export function expectLength(name: string, array: Float64Array, length: number): void {
  if (array.length !== length) {
    throw new ShapeError(`linalg: ${name} needs ${length} entries, got ${array.length}.`);
  }
}

/** Scratch of calls that need none but the product's. */
export const none = (): number => 0;

/** Says that the first array's place in memory holds this factor, until the next {@link withArrays}. */
export function hold(factor: Float64Array): void {
  held = new WeakRef(factor);
}

/** Whether the factor still stands where {@link withArrays} puts its first array. */
export const isHeld = (factor: Float64Array): boolean => held?.deref() === factor;
