// The engine's WebAssembly module: every function works on byte addresses that the TypeScript side lays out.
import { run } from './interpreter';
import { gatherAdd, pack, unpackAdd } from './layout';

export * from './linalg/index';

export function run32(pc: usize, end: usize, width: usize): void {
  run<f32>(pc, end, width);
}
export function run64(pc: usize, end: usize, width: usize): void {
  run<f64>(pc, end, width);
}

export function pack32(source: usize, stride: i32, rows: i32, count: i32, width: i32, to: usize): void {
  pack<f32>(source, stride, rows, count, width, to);
}
export function pack64(source: usize, stride: i32, rows: i32, count: i32, width: i32, to: usize): void {
  pack<f64>(source, stride, rows, count, width, to);
}
export function unpackAdd32(source: usize, width: i32, count: i32, rows: i32, stride: i32, to: usize): void {
  unpackAdd<f32>(source, width, count, rows, stride, to);
}
export function unpackAdd64(source: usize, width: i32, count: i32, rows: i32, stride: i32, to: usize): void {
  unpackAdd<f64>(source, width, count, rows, stride, to);
}
export function gatherAdd32(source: usize, width: i32, count: i32, lanes: i32, to: usize): void {
  gatherAdd<f32>(source, width, count, lanes, to);
}
export function gatherAdd64(source: usize, width: i32, count: i32, lanes: i32, to: usize): void {
  gatherAdd<f64>(source, width, count, lanes, to);
}
