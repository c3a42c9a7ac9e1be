// The product of two branches: K' = a·b, Θ' = Θa·b + a·Θb, number by number, and its adjoint. A Θ of 0 is absent.
import { Product, ProductAdjoint } from './generated/instructions';
import { REGISTER, splat } from './lanes';
import { word } from './words';

/** Words: toK, toΘ, aK, aΘ, bK, bΘ, bytes. */
export function product<T extends number>(pc: usize): void {
  const toTheta = <usize>word(pc, Product.toTheta);
  const aTheta = <usize>word(pc, Product.aTheta);
  const bTheta = <usize>word(pc, Product.bTheta);
  for (let i: usize = 0; i < <usize>word(pc, Product.bytes); i += REGISTER) {
    const a = v128.load(<usize>word(pc, Product.aK) + i);
    const b = v128.load(<usize>word(pc, Product.bK) + i);
    v128.store(<usize>word(pc, Product.toK) + i, v128.mul<T>(a, b));
    if (!toTheta) continue;
    let theta = splat<T>(0);
    if (aTheta) theta = v128.mul<T>(v128.load(aTheta + i), b);
    if (bTheta) theta = v128.add<T>(theta, v128.mul<T>(a, v128.load(bTheta + i)));
    v128.store(toTheta + i, theta);
  }
}

/** Words: gK, gΘ, aK, aΘ, bK, bΘ, bytes, then the cotangents that are added to: of aK, aΘ, bK, bΘ. */
export function productAdjoint<T extends number>(pc: usize): void {
  const gTheta = <usize>word(pc, ProductAdjoint.gTheta);
  const aTheta = <usize>word(pc, ProductAdjoint.aTheta);
  const bTheta = <usize>word(pc, ProductAdjoint.bTheta);
  for (let i: usize = 0; i < <usize>word(pc, ProductAdjoint.bytes); i += REGISTER) {
    const a = v128.load(<usize>word(pc, ProductAdjoint.aK) + i);
    const b = v128.load(<usize>word(pc, ProductAdjoint.bK) + i);
    const g = v128.load(<usize>word(pc, ProductAdjoint.gK) + i);
    add<T>(<usize>word(pc, ProductAdjoint.toAK) + i, g, b);
    add<T>(<usize>word(pc, ProductAdjoint.toBK) + i, g, a);
    if (!gTheta) continue;
    const flow = v128.load(gTheta + i);
    if (aTheta) {
      add<T>(<usize>word(pc, ProductAdjoint.toATheta) + i, flow, b);
      add<T>(<usize>word(pc, ProductAdjoint.toBK) + i, flow, v128.load(aTheta + i));
    }
    if (bTheta) {
      add<T>(<usize>word(pc, ProductAdjoint.toBTheta) + i, flow, a);
      add<T>(<usize>word(pc, ProductAdjoint.toAK) + i, flow, v128.load(bTheta + i));
    }
  }
}

@inline
function add<T extends number>(to: usize, x: v128, y: v128): void {
  v128.store(to, v128.add<T>(v128.load(to), v128.mul<T>(x, y)));
}
