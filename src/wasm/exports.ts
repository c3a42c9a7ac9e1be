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
  selfProducts32(x: number, rows: number, channels: number, to: number, work: number): void;
  selfProducts64(x: number, rows: number, channels: number, to: number, work: number): void;
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
