// a·min(x,0) + b·max(x,0). With κ = (a−b)²/(2π), H = (a²+b²)/2, c = K/√(q1q2), θ' = acos|c|:
//   K' = κ√(q1q2)(sin θ' − θ'cos θ') + slope·K,   D = ∂K'/∂K = slope ∓ κθ',
// where slope = H and the sign is − for c ≥ 0, slope = ab and the sign is + for c < 0.
// Factors of a variance: q and 1/√q (0 where q = 0, which gives θ = π/2 as NT has it). A variance so small that
// products of two leave the range of normal numbers counts as 0.
// Parameters: κ, (H + ab)/2, (H − ab)/2.
import { arccos, one, sineSquared } from '../arcs';
import { REGISTER, splat } from '../lanes';

/** The sign bit of every lane. */
const SIGN_32 = memory.data<u32>([0x80000000]);
const SIGN_64 = memory.data<u64>([0x8000000000000000]);

export function factors<T extends number>(q: usize, to: usize, stride: usize, bytes: usize): void {
  const smallest = splat<T>(sizeof<T>() == 4 ? 1e-18 : 1e-150);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const variance = v128.load(q + i);
    const real = v128.ge<T>(variance, smallest);
    v128.store(to + i, v128.and(variance, real));
    v128.store(to + stride + i, v128.and(v128.div<T>(one<T>(), v128.sqrt<T>(variance)), real));
  }
}

/** (K, Θ) → (K', Θ') of the register `shift` bytes after `at`. */
// @ts-ignore: decorator
@inline
function apply<T extends number, S>(
  cov: v128,
  theta: v128,
  at: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const p = v128.mul<T>(v128.load(f1 + at, (sizeof<S>() - 1) << 4), v128.load(f2 + at, (sizeof<S>() - 1) << 4));
  const inverse = v128.mul<T>(v128.load(f1 + plane + at, (sizeof<S>() - 1) << 4), v128.load(f2 + plane + at, (sizeof<S>() - 1) << 4));
  const sign = v128.load_splat<T>(sizeof<T>() == 4 ? SIGN_32 : SIGN_64);
  const negative = v128.and(cov, sign);
  const a = v128.mul<T>(v128.andnot(cov, sign), inverse);
  const sine2 = sineSquared<T>(p, cov, inverse);
  const angle = arccos<T>(a, sine2);
  const arc = v128.sub<T>(v128.sqrt<T>(sine2), v128.mul<T>(angle, a));
  const kappa = v128.load_splat<T>(params);
  const half = v128.load_splat<T>(params + 2 * sizeof<T>());
  const slope = v128.add<T>(v128.load_splat<T>(params + sizeof<T>()), v128.or(half, negative));
  const bow = v128.mul<T>(v128.mul<T>(v128.mul<T>(p, inverse), kappa), arc);
  v128.store(outK + at, v128.add<T>(bow, v128.mul<T>(slope, cov)), (sizeof<S>() - 1) << 4);
  if (outTheta) {
    const d = v128.sub<T>(slope, v128.or(v128.mul<T>(kappa, angle), negative));
    v128.store(outTheta + at, v128.mul<T>(theta, d), (sizeof<S>() - 1) << 4);
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
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    apply<T, u8>(cov, outTheta ? v128.load(theta + i) : cov, i, f1, f2, plane, outK, outTheta, params);
  }
}

/**
 * The 3-tap sum of a convolution's row, its weights and the nonlinearity in one pass, for NNGP and NTK: the
 * engine's most frequent work. `k` and `theta` are rows of sums, whose neighbours are `width` bytes apart; `preK`
 * and `preTheta` (0: not kept) receive what the nonlinearity is applied to.
 */
export function forwardTaps3<T extends number>(
  bytes: usize,
  width: usize,
  k: usize,
  theta: usize,
  coefficients: usize,
  preK: usize,
  preTheta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const scale = splat<T>(load<f64>(coefficients));
  const shift = splat<T>(load<f64>(coefficients + 8));
  const fromNngp = splat<T>(load<f64>(coefficients + 16));
  const ntkShift = splat<T>(load<f64>(coefficients + 24));
  const twice = width + width;
  let i: usize = 0;
  for (; i + REGISTER < bytes; i += 2 * REGISTER) {
    weighThenApply<T, u8>(i, width, twice, k, theta, scale, shift, fromNngp, ntkShift, preK, preTheta, f1, f2, plane, outK, outTheta, params);
    weighThenApply<T, u16>(i, width, twice, k, theta, scale, shift, fromNngp, ntkShift, preK, preTheta, f1, f2, plane, outK, outTheta, params);
  }
  if (i < bytes) {
    weighThenApply<T, u8>(i, width, twice, k, theta, scale, shift, fromNngp, ntkShift, preK, preTheta, f1, f2, plane, outK, outTheta, params);
  }
}

// @ts-ignore: decorator
@inline
function weighThenApply<T extends number, S>(
  i: usize,
  width: usize,
  twice: usize,
  k: usize,
  theta: usize,
  scale: v128,
  shift: v128,
  fromNngp: v128,
  ntkShift: v128,
  preK: usize,
  preTheta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const m = v128.add<T>(
    v128.add<T>(v128.load(k + i, (sizeof<S>() - 1) << 4), v128.load(k + i + width, (sizeof<S>() - 1) << 4)),
    v128.load(k + i + twice, (sizeof<S>() - 1) << 4),
  );
  const n = v128.add<T>(
    v128.add<T>(v128.load(theta + i, (sizeof<S>() - 1) << 4), v128.load(theta + i + width, (sizeof<S>() - 1) << 4)),
    v128.load(theta + i + twice, (sizeof<S>() - 1) << 4),
  );
  const cov = v128.add<T>(v128.mul<T>(m, scale), shift);
  const flow = v128.add<T>(v128.add<T>(v128.mul<T>(m, fromNngp), ntkShift), v128.mul<T>(n, scale));
  if (preK) {
    v128.store(preK + i, cov, (sizeof<S>() - 1) << 4);
    v128.store(preTheta + i, flow, (sizeof<S>() - 1) << 4);
  }
  apply<T, S>(cov, flow, i, f1, f2, plane, outK, outTheta, params);
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
  const middle = v128.load_splat<T>(params + sizeof<T>());
  const half = v128.load_splat<T>(params + 2 * sizeof<T>());
  const sign = v128.load_splat<T>(sizeof<T>() == 4 ? SIGN_32 : SIGN_64);
  const zero = splat<T>(0);
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const r1 = v128.load(f1 + plane + i);
    const r2 = v128.load(f2 + plane + i);
    const inverse = v128.mul<T>(r1, r2);
    const p = v128.mul<T>(v128.load(f1 + i), v128.load(f2 + i));
    const negative = v128.and(cov, sign);
    const c = v128.mul<T>(cov, inverse);
    const sine2 = sineSquared<T>(p, cov, inverse);
    const sine = v128.sqrt<T>(sine2);
    const turn = v128.mul<T>(kappa, arccos<T>(v128.andnot(c, sign), sine2));
    const slope = v128.add<T>(middle, v128.or(half, negative));
    const d = v128.sub<T>(slope, v128.or(turn, negative));
    const cotK = v128.load(gK + i);
    let inK = v128.mul<T>(cotK, d);
    // ∂K'/∂q1 = κ√(q1q2) sin θ / (2 q1): `pull` gathers what is divided by 2 q1 and by 2 q2.
    let pull = v128.mul<T>(cotK, v128.mul<T>(v128.mul<T>(p, inverse), sine));
    if (gTheta) {
      const cotTheta = v128.load(gTheta + i);
      const steep = v128.and(
        v128.div<T>(v128.mul<T>(cotTheta, v128.load(theta + i)), sine),
        v128.gt<T>(sine2, zero),
      );
      inK = v128.add<T>(inK, v128.mul<T>(kappa, v128.mul<T>(steep, inverse)));
      pull = v128.sub<T>(pull, v128.mul<T>(steep, c));
      v128.store(gTheta + i, v128.mul<T>(cotTheta, d));
    }
    v128.store(gK + i, inK);
    pull = v128.mul<T>(pull, v128.mul<T>(splat<T>(0.5), kappa));
    if (q1) v128.store(q1 + i, v128.add<T>(v128.load(q1 + i), v128.mul<T>(pull, v128.mul<T>(r1, r1))));
    if (q2) v128.store(q2 + i, v128.add<T>(v128.load(q2 + i), v128.mul<T>(pull, v128.mul<T>(r2, r2))));
  }
}
