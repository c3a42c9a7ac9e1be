// erf(x). With h = 1/√(1+2q), x = 2K h1 h2: K' = (2/π) asin x, D = (4/π) h1 h2 / √(1−x²).
// Factors of a variance: 1 + 2q and h.
import { arcsin, sineSquared } from '../arcs';
import { REGISTER, splat } from '../lanes';

const TWO_OVER_PI: f64 = 0.6366197723675814;

export function factors<T extends number>(q: usize, to: usize, stride: usize, bytes: usize): void {
  const one = splat<T>(1);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const variance = v128.load(q + i);
    const v = v128.add<T>(one, v128.add<T>(variance, variance));
    v128.store(to + i, v);
    v128.store(to + stride + i, v128.div<T>(one, v128.sqrt<T>(v)));
  }
}

export function forward<T extends number>(
  bytes: usize,
  k: usize,
  theta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const zero = splat<T>(0);
  const scale = splat<T>(TWO_OVER_PI);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const twice = v128.add<T>(cov, cov);
    const h = v128.mul<T>(v128.load(f1 + plane + i), v128.load(f2 + plane + i));
    const a = v128.mul<T>(v128.abs<T>(twice), h);
    const sine2 = sineSquared<T>(v128.mul<T>(v128.load(f1 + i), v128.load(f2 + i)), twice, h);
    const arc = v128.mul<T>(scale, arcsin<T>(a, sine2));
    v128.store(outK + i, v128.bitselect(v128.neg<T>(arc), arc, v128.lt<T>(cov, zero)));
    if (outTheta) {
      const slope = v128.div<T>(v128.mul<T>(scale, v128.add<T>(h, h)), v128.sqrt<T>(sine2));
      v128.store(outTheta + i, v128.mul<T>(v128.load(theta + i), slope));
    }
  }
}

export function backward<T extends number>(
  bytes: usize,
  k: usize,
  theta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  gK: usize,
  gTheta: usize,
  q1: usize,
  q2: usize,
  params: usize,
): void {
  const scale = splat<T>(TWO_OVER_PI);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const h1 = v128.load(f1 + plane + i);
    const h2 = v128.load(f2 + plane + i);
    const cov = v128.load(k + i);
    const twice = v128.add<T>(cov, cov);
    const product = v128.mul<T>(h1, h2);
    const h = v128.add<T>(product, product);
    const x = v128.mul<T>(twice, product);
    const y = sineSquared<T>(v128.mul<T>(v128.load(f1 + i), v128.load(f2 + i)), twice, product);
    const d = v128.div<T>(v128.mul<T>(scale, h), v128.sqrt<T>(y));
    const cotK = v128.load(gK + i);
    let inK = v128.mul<T>(cotK, d);
    // ∂K'/∂q1 = −D K h1², ∂D/∂q1 = −D h1²/(1−x²), ∂D/∂K = D x·2h1h2/(1−x²).
    let pull = v128.mul<T>(inK, cov);
    if (gTheta) {
      const cotTheta = v128.load(gTheta + i);
      const flow = v128.mul<T>(cotTheta, d);
      const steep = v128.div<T>(v128.mul<T>(flow, v128.load(theta + i)), y);
      inK = v128.add<T>(inK, v128.mul<T>(steep, v128.mul<T>(x, h)));
      pull = v128.add<T>(pull, steep);
      v128.store(gTheta + i, flow);
    }
    v128.store(gK + i, inK);
    if (q1) v128.store(q1 + i, v128.sub<T>(v128.load(q1 + i), v128.mul<T>(pull, v128.mul<T>(h1, h1))));
    if (q2) v128.store(q2 + i, v128.sub<T>(v128.load(q2 + i), v128.mul<T>(pull, v128.mul<T>(h2, h2))));
  }
}
