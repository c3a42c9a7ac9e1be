// x·Φ(x). With ρ = 1/√(1+q), R = ρ1ρ2, x = K R, y = 1−x², P = q1q2, α = asin x:
//   K' = [R(x²/√y + P√y) + Kα]/(2π) + K/4,   D = [(x/√y)·B + α]/(2π) + 1/4,   B = R²/y + (1−P)R² + 1.
// Factors of a variance: ρ and q.
import { arcsin, sineSquared } from '../arcs';
import { REGISTER, splat } from '../lanes';

const HALF_PI: f64 = 1.5707963267948966;
const ONE_OVER_2PI: f64 = 0.15915494309189535;

export function factors<T extends number>(q: usize, to: usize, stride: usize, bytes: usize): void {
  const one = splat<T>(1);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const variance = v128.load(q + i);
    v128.store(to + i, v128.div<T>(one, v128.sqrt<T>(v128.add<T>(one, variance))));
    v128.store(to + stride + i, variance);
  }
}

/** (1 + q1)(1 + q2). */
@inline
function shifted<T extends number>(v1: v128, v2: v128): v128 {
  const one = splat<T>(1);
  return v128.mul<T>(v128.add<T>(one, v1), v128.add<T>(one, v2));
}

/** asin x + π/2, so that K/4 and 1/4 need no terms of their own. */
@inline
function shiftedArc<T extends number>(x: v128, a: v128, sine2: v128): v128 {
  const arc = arcsin<T>(a, sine2);
  const signed = v128.bitselect(v128.neg<T>(arc), arc, v128.lt<T>(x, splat<T>(0)));
  return v128.add<T>(signed, splat<T>(HALF_PI));
}

export function forward<T extends number>(
  bytes: usize, k: usize, theta: usize, f1: usize, f2: usize, plane: usize,
  outK: usize, outTheta: usize, params: usize,
): void {
  const one = splat<T>(1);
  const scale = splat<T>(ONE_OVER_2PI);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const r = v128.mul<T>(v128.load(f1 + i), v128.load(f2 + i));
    const v1 = v128.load(f1 + plane + i);
    const v2 = v128.load(f2 + plane + i);
    const p = v128.mul<T>(v1, v2);
    const x = v128.mul<T>(cov, r);
    const a = v128.abs<T>(x);
    const y = sineSquared<T>(shifted<T>(v1, v2), cov, r);
    const root = v128.sqrt<T>(y);
    const arc = shiftedArc<T>(x, a, y);
    const body = v128.add<T>(v128.div<T>(v128.mul<T>(x, x), root), v128.mul<T>(p, root));
    v128.store(outK + i, v128.mul<T>(scale, v128.add<T>(v128.mul<T>(r, body), v128.mul<T>(cov, arc))));
    if (outTheta) {
      const r2 = v128.mul<T>(r, r);
      const b = v128.add<T>(
        v128.add<T>(v128.div<T>(r2, y), v128.mul<T>(v128.sub<T>(one, p), r2)),
        one,
      );
      const d = v128.mul<T>(scale, v128.add<T>(v128.mul<T>(v128.div<T>(x, root), b), arc));
      v128.store(outTheta + i, v128.mul<T>(v128.load(theta + i), d));
    }
  }
}

/** One side's share of the cotangents: of K'·2π and, times Θ's cotangent, of D·2π, with respect to q1. */
@inline
function sidePull<T extends number>(
  cotK: v128, steep: v128, rho: v128, other: v128,
  r: v128, x: v128, y: v128, root: v128, p: v128, cov: v128, b: v128,
): v128 {
  const one = splat<T>(1);
  const half = splat<T>(0.5);
  const rho2 = v128.mul<T>(rho, rho);
  const r2 = v128.mul<T>(r, r);
  const x2 = v128.mul<T>(x, x);
  const dx = v128.mul<T>(v128.neg<T>(half), v128.mul<T>(x, rho2));
  const dRoot = v128.neg<T>(v128.div<T>(v128.mul<T>(x, dx), root));
  const dR = v128.mul<T>(v128.neg<T>(half), v128.mul<T>(r, rho2));
  const body = v128.add<T>(v128.div<T>(x2, root), v128.mul<T>(p, root));
  const dBody = v128.add<T>(
    v128.div<T>(v128.sub<T>(v128.mul<T>(v128.add<T>(x, x), dx), v128.div<T>(v128.mul<T>(x2, dRoot), root)), root),
    v128.add<T>(v128.mul<T>(other, root), v128.mul<T>(p, dRoot)),
  );
  const dK = v128.add<T>(
    v128.add<T>(v128.mul<T>(dR, body), v128.mul<T>(r, dBody)),
    v128.mul<T>(cov, v128.div<T>(dx, root)),
  );
  const dB = v128.neg<T>(v128.mul<T>(r2, v128.add<T>(
    v128.add<T>(v128.div<T>(rho2, v128.mul<T>(y, y)), other),
    v128.mul<T>(v128.sub<T>(one, p), rho2),
  )));
  const dD = v128.add<T>(
    v128.div<T>(v128.mul<T>(dx, v128.add<T>(v128.div<T>(b, y), one)), root),
    v128.mul<T>(v128.div<T>(x, root), dB),
  );
  return v128.add<T>(v128.mul<T>(cotK, dK), v128.mul<T>(steep, dD));
}

export function backward<T extends number>(
  bytes: usize, k: usize, theta: usize, f1: usize, f2: usize, plane: usize,
  gK: usize, gTheta: usize, q1: usize, q2: usize, params: usize,
): void {
  const one = splat<T>(1);
  const scale = splat<T>(ONE_OVER_2PI);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const rho1 = v128.load(f1 + i);
    const rho2 = v128.load(f2 + i);
    const v1 = v128.load(f1 + plane + i);
    const v2 = v128.load(f2 + plane + i);
    const r = v128.mul<T>(rho1, rho2);
    const p = v128.mul<T>(v1, v2);
    const x = v128.mul<T>(cov, r);
    const a = v128.abs<T>(x);
    const y = sineSquared<T>(shifted<T>(v1, v2), cov, r);
    const root = v128.sqrt<T>(y);
    const r2 = v128.mul<T>(r, r);
    const b = v128.add<T>(v128.add<T>(v128.div<T>(r2, y), v128.mul<T>(v128.sub<T>(one, p), r2)), one);
    const d = v128.add<T>(v128.mul<T>(v128.div<T>(x, root), b), shiftedArc<T>(x, a, y));
    const cotK = v128.mul<T>(scale, v128.load(gK + i));
    let inK = v128.mul<T>(cotK, d);
    let steep = splat<T>(0);
    if (gTheta) {
      const cotTheta = v128.mul<T>(scale, v128.load(gTheta + i));
      steep = v128.mul<T>(cotTheta, v128.load(theta + i));
      const rOverRoot = v128.div<T>(r, root);
      const dK = v128.mul<T>(rOverRoot, v128.add<T>(
        v128.add<T>(v128.div<T>(b, y), one),
        v128.div<T>(v128.mul<T>(v128.mul<T>(x, x), v128.mul<T>(r2, splat<T>(2))), v128.mul<T>(y, y)),
      ));
      inK = v128.add<T>(inK, v128.mul<T>(steep, dK));
      v128.store(gTheta + i, v128.mul<T>(cotTheta, d));
    }
    v128.store(gK + i, inK);
    if (q1) v128.store(q1 + i, v128.add<T>(v128.load(q1 + i), sidePull<T>(cotK, steep, rho1, v2, r, x, y, root, p, cov, b)));
    if (q2) v128.store(q2 + i, v128.add<T>(v128.load(q2 + i), sidePull<T>(cotK, steep, rho2, v1, r, x, y, root, p, cov, b)));
  }
}
