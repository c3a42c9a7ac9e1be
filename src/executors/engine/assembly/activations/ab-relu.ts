// a·min(x,0) + b·max(x,0). With κ = (a−b)²/(2π), H = (a²+b²)/2, c = K/√(q1q2), θ' = acos|c|:
//   K' = κ√(q1q2)(sin θ' − θ'cos θ') + (c ≥ 0 ? H : ab)·K,   D = ∂K'/∂K = c ≥ 0 ? H − κθ' : ab + κθ'.
// Factors of a variance: q and 1/√q (0 where q = 0, which gives θ = π/2 as NT has it).
// Parameters: κ, H, ab.
import { arccos, gap } from '../arcs';
import { REGISTER, splat } from '../lanes';

export function factors<T extends number>(q: usize, to: usize, stride: usize, bytes: usize): void {
  const zero = splat<T>(0);
  const one = splat<T>(1);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const variance = v128.max<T>(v128.load(q + i), zero);
    v128.store(to + i, variance);
    const inverse = v128.div<T>(one, v128.sqrt<T>(variance));
    v128.store(to + stride + i, v128.and(inverse, v128.gt<T>(variance, zero)));
  }
}

/** (K, Θ) → (K', Θ') of one register. */
// @ts-ignore: decorator
@inline
function apply<T extends number>(
  cov: v128,
  theta: v128,
  at: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  kappa: v128,
  high: v128,
  low: v128,
): void {
  const q1 = v128.load(f1 + at);
  const q2 = v128.load(f2 + at);
  const r1 = v128.load(f1 + plane + at);
  const r2 = v128.load(f2 + plane + at);
  const inverse = v128.mul<T>(r1, r2);
  const sigma = v128.mul<T>(v128.mul<T>(q1, r1), v128.mul<T>(q2, r2));
  const a = v128.mul<T>(v128.abs<T>(cov), inverse);
  const e = gap<T>(v128.mul<T>(q1, q2), cov, a, inverse);
  const negative = v128.lt<T>(cov, splat<T>(0));
  const angle = arccos<T>(a, e);
  const sine = v128.sqrt<T>(v128.mul<T>(e, v128.add<T>(splat<T>(1), a)));
  const arc = v128.sub<T>(sine, v128.mul<T>(angle, a));
  const slope = v128.bitselect(low, high, negative);
  v128.store(outK + at, v128.add<T>(v128.mul<T>(v128.mul<T>(kappa, sigma), arc), v128.mul<T>(slope, cov)));
  if (outTheta) {
    const turn = v128.mul<T>(kappa, angle);
    const d = v128.bitselect(v128.add<T>(low, turn), v128.sub<T>(high, turn), negative);
    v128.store(outTheta + at, v128.mul<T>(theta, d));
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
  const kappa = v128.load_splat<T>(params);
  const high = v128.load_splat<T>(params + sizeof<T>());
  const low = v128.load_splat<T>(params + 2 * sizeof<T>());
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const flow = outTheta ? v128.load(theta + i) : kappa;
    apply<T>(v128.load(k + i), flow, i, f1, f2, plane, outK, outTheta, kappa, high, low);
  }
}

/**
 * The 3-tap sum of a convolution's row, its weights and the nonlinearity in one pass, for NNGP and NTK: the
 * engine's most frequent work. `k` and `theta` are rows of sums, whose neighbours are `width` bytes apart.
 */
export function forwardTaps3<T extends number>(
  bytes: usize,
  width: usize,
  k: usize,
  theta: usize,
  coefficients: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const kappa = v128.load_splat<T>(params);
  const high = v128.load_splat<T>(params + sizeof<T>());
  const low = v128.load_splat<T>(params + 2 * sizeof<T>());
  const scale = splat<T>(load<f64>(coefficients));
  const shift = splat<T>(load<f64>(coefficients + 8));
  const fromNngp = splat<T>(load<f64>(coefficients + 16));
  const ntkShift = splat<T>(load<f64>(coefficients + 24));
  const twice = width + width;
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const m = v128.add<T>(v128.add<T>(v128.load(k + i), v128.load(k + i + width)), v128.load(k + i + twice));
    const n = v128.add<T>(
      v128.add<T>(v128.load(theta + i), v128.load(theta + i + width)),
      v128.load(theta + i + twice),
    );
    const cov = v128.add<T>(v128.mul<T>(m, scale), shift);
    const flow = v128.add<T>(v128.add<T>(v128.mul<T>(m, fromNngp), ntkShift), v128.mul<T>(n, scale));
    apply<T>(cov, flow, i, f1, f2, plane, outK, outTheta, kappa, high, low);
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
  const kappa = v128.load_splat<T>(params);
  const high = v128.load_splat<T>(params + sizeof<T>());
  const low = v128.load_splat<T>(params + 2 * sizeof<T>());
  const zero = splat<T>(0);
  const one = splat<T>(1);
  const half = splat<T>(0.5);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const r1 = v128.load(f1 + plane + i);
    const r2 = v128.load(f2 + plane + i);
    const v1 = v128.load(f1 + i);
    const v2 = v128.load(f2 + i);
    const inverse = v128.mul<T>(r1, r2);
    const sigma = v128.mul<T>(v128.mul<T>(v1, r1), v128.mul<T>(v2, r2));
    const c = v128.mul<T>(cov, inverse);
    const a = v128.abs<T>(c);
    const e = gap<T>(v128.mul<T>(v1, v2), cov, a, inverse);
    const negative = v128.lt<T>(cov, zero);
    const sine = v128.sqrt<T>(v128.mul<T>(e, v128.add<T>(one, a)));
    const turn = v128.mul<T>(kappa, arccos<T>(a, e));
    const d = v128.bitselect(v128.add<T>(low, turn), v128.sub<T>(high, turn), negative);
    const cotK = v128.load(gK + i);
    let inK = v128.mul<T>(cotK, d);
    // ∂K'/∂q1 = κ√(q1q2) sin θ / (2 q1): `pull` gathers what is divided by 2 q1 and by 2 q2.
    let pull = v128.mul<T>(cotK, v128.mul<T>(sigma, sine));
    if (gTheta) {
      const cotTheta = v128.load(gTheta + i);
      const steep = v128.and(
        v128.div<T>(v128.mul<T>(cotTheta, v128.load(theta + i)), sine),
        v128.gt<T>(e, zero),
      );
      inK = v128.add<T>(inK, v128.mul<T>(kappa, v128.mul<T>(steep, inverse)));
      pull = v128.sub<T>(pull, v128.mul<T>(steep, c));
      v128.store(gTheta + i, v128.mul<T>(cotTheta, d));
    }
    v128.store(gK + i, inK);
    pull = v128.mul<T>(pull, v128.mul<T>(half, kappa));
    if (q1) v128.store(q1 + i, v128.add<T>(v128.load(q1 + i), v128.mul<T>(pull, v128.mul<T>(r1, r1))));
    if (q2) v128.store(q2 + i, v128.add<T>(v128.load(q2 + i), v128.mul<T>(pull, v128.mul<T>(r2, r2))));
  }
}
