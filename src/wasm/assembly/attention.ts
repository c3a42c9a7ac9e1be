// The weights G = ζ(scale·q + bias) of attention, [query][key] with a sample a lane, from a sample's covariances with itself
// at all displacements; and what the weights' cotangents send back to these.
import { exp } from './elementary';
import { Attention, Constants, Mechanism } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { GATHER, movePairs, positions, SCATTER_ADD, tableBytes } from './pairs';
import { word } from './words';

/** The last operand. */
@inline
function scaleOf(pc: usize): f64 {
  return load<f64>(pc + ((<usize>word(pc, Attention.length)) << 2) - 8);
}

/**
 * Words: length of the instruction in words, shape[3], scratch, mechanism, weights, 0, bias (a number a pair; 0: none), keys
 * (lanes of 1, or of 0 for keys to leave out; 0: none), the addresses of the images; [pad]; f64 scale.
 */
export function attention<T extends number>(pc: usize, width: usize): void {
  const n = positions(pc, Attention.shape);
  const weights = <usize>word(pc, Attention.weights);
  scores<T>(pc, n, weights, width);
  const mechanism = word(pc, Attention.mechanism);
  if (mechanism == Mechanism.identity) return;
  for (let query = 0; query < n; query++) {
    const row = weights + <usize>(query * n) * width;
    for (let w: usize = 0; w < width; w += REGISTER) {
      if (mechanism == Mechanism.softmax) softmax<T>(row + w, n, width);
      else {
        for (let key = 0; key < n; key++) {
          const at = row + <usize>key * width + w;
          const score = v128.load(at);
          v128.store(at, mechanism == Mechanism.abs ? v128.abs<T>(score) : v128.max<T>(score, splat<T>(0)));
        }
      }
    }
  }
}

/**
 * Words as `attention`'s, the 0 being the address of the weights' cotangents, which are overwritten, and after the addresses
 * of the covariances' images those of their cotangents, which are added to.
 */
export function attentionAdjoint<T extends number>(pc: usize, width: usize): void {
  const n = positions(pc, Attention.shape);
  const weights = <usize>word(pc, Attention.weights);
  const g = <usize>word(pc, Attention.gWeights);
  const keys = <usize>word(pc, Attention.keys);
  const mechanism = word(pc, Attention.mechanism);
  const scratch = <usize>word(pc, Attention.scratch);
  const scale = splat<T>(scaleOf(pc));
  if (mechanism != Mechanism.softmax && mechanism != Mechanism.identity) scores<T>(pc, n, scratch, width);
  for (let query = 0; query < n; query++) {
    const row = <usize>(query * n) * width;
    for (let w: usize = 0; w < width; w += REGISTER) {
      let mean = splat<T>(0);
      if (mechanism == Mechanism.softmax) {
        for (let key = 0; key < n; key++) {
          const at = row + <usize>key * width + w;
          mean = v128.add<T>(mean, v128.mul<T>(v128.load(weights + at), v128.load(g + at)));
        }
      }
      for (let key = 0; key < n; key++) {
        const at = row + <usize>key * width + w;
        let flow = v128.mul<T>(v128.load(g + at), scale);
        if (mechanism == Mechanism.softmax) {
          flow = v128.mul<T>(v128.load(weights + at), v128.sub<T>(flow, v128.mul<T>(mean, scale)));
        } else if (mechanism != Mechanism.identity) {
          const score = v128.load(scratch + at);
          const positive = v128.and(flow, v128.gt<T>(score, splat<T>(0)));
          const negative = v128.and(flow, v128.lt<T>(score, splat<T>(0)));
          flow = mechanism == Mechanism.abs ? v128.sub<T>(positive, negative) : positive;
        }
        if (keys) flow = v128.mul<T>(flow, v128.load(keys + <usize>key * width + w));
        v128.store(g + at, flow);
      }
    }
  }
  const images = pc + (Attention.images << 2);
  movePairs<T>(SCATTER_ADD, images + tableBytes(pc, Attention.shape), pc + (Attention.shape << 2), g, width);
}

/** scale·q + bias of all pairs; of keys that are left out 0, or for softmax −1e20. */
function scores<T extends number>(pc: usize, n: i32, to: usize, width: usize): void {
  const bias = <usize>word(pc, Attention.bias);
  const keys = <usize>word(pc, Attention.keys);
  const scale = splat<T>(scaleOf(pc));
  const leftOut = splat<T>(word(pc, Attention.mechanism) == Mechanism.softmax ? Constants.LEFT_OUT : 0);
  const one = splat<T>(1);
  movePairs<T>(GATHER, pc + (Attention.images << 2), pc + (Attention.shape << 2), to, width);
  for (let pair = 0; pair < n * n; pair++) {
    const added = bias ? v128.load_splat<T>(bias + <usize>pair * sizeof<T>()) : splat<T>(0);
    for (let w: usize = 0; w < width; w += REGISTER) {
      const at = to + <usize>pair * width + w;
      let score = v128.add<T>(v128.mul<T>(v128.load(at), scale), added);
      if (keys) {
        const seen = v128.load(keys + <usize>(pair % n) * width + w);
        score = v128.add<T>(v128.mul<T>(score, seen), v128.mul<T>(v128.sub<T>(one, seen), leftOut));
      }
      v128.store(at, score);
    }
  }
}

/** Softmax over `n` registers, `width` bytes apart. */
function softmax<T extends number>(row: usize, n: i32, width: usize): void {
  let largest = v128.load(row);
  for (let key = 1; key < n; key++) largest = v128.max<T>(largest, v128.load(row + <usize>key * width));
  let sum = splat<T>(0);
  for (let key = 0; key < n; key++) {
    const at = row + <usize>key * width;
    const power = exp<T>(v128.sub<T>(v128.load(at), largest));
    v128.store(at, power);
    sum = v128.add<T>(sum, power);
  }
  for (let key = 0; key < n; key++) {
    const at = row + <usize>key * width;
    v128.store(at, v128.div<T>(v128.load(at), sum));
  }
}
