import { engineWasm } from './generated/engine.js';

/** The engine's functions (`assembly/index.ts`); the suffix is the bits of a number. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  run32(pc: number, end: number, width: number): void;
  run64(pc: number, end: number, width: number): void;
  pack32(source: number, stride: number, rows: number, count: number, width: number, to: number): void;
  pack64(source: number, stride: number, rows: number, count: number, width: number, to: number): void;
  unpackAdd32(source: number, width: number, count: number, rows: number, stride: number, to: number): void;
  unpackAdd64(source: number, width: number, count: number, rows: number, stride: number, to: number): void;
  gatherAdd32(source: number, width: number, count: number, lanes: number, to: number): void;
  gatherAdd64(source: number, width: number, count: number, lanes: number, to: number): void;
  selfProducts32(x: number, rows: number, channels: number, to: number): void;
  selfProducts64(x: number, rows: number, channels: number, to: number): void;
  addScaledRows32(rows: number, columns: number, factors: number, x: number, to: number): void;
  addScaledRows64(rows: number, columns: number, factors: number, x: number, to: number): void;
  gemmWorkBytes(): number;
  gemm32: Gemm;
  gemm64: Gemm;
}

/** C ± A·B on byte addresses, strides in numbers; `work` has `gemmWorkBytes()` bytes. */
export type Gemm = (
  m: number,
  n: number,
  k: number,
  a: number,
  aRowStride: number,
  aColumnStride: number,
  b: number,
  bRowStride: number,
  bColumnStride: number,
  c: number,
  cRowStride: number,
  subtract: boolean | number,
  work: number,
) => void;

/** First address that the module's own data leaves free. */
export const FREE = 65536;

let compiled: WebAssembly.Module | undefined;

/** The module, compiled once; a thread may be sent it and take it by {@link adoptModule}. */
export function compiledModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(decodeBase64(engineWasm));
  return compiled;
}

/** Takes the module that another thread compiled. */
export function adoptModule(module: WebAssembly.Module): void {
  compiled = module;
}

/** A fresh instance with its own memory. */
export function instantiate(): EngineExports {
  return new WebAssembly.Instance(compiledModule()).exports as unknown as EngineExports;
}

/** Grows `memory` to hold `bytes`. */
export function ensureBytes(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
