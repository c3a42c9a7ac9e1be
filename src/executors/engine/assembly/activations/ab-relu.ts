// a·min(x,0) + b·max(x,0). With κ = (a−b)²/(2π), H = (a²+b²)/2, c = K/√(q1q2), θ' = acos|c|:
//   K' = κ√(q1q2)(sin θ' − θ'cos θ') + slope·K,   D = ∂K'/∂K = slope ∓ κθ',
// where slope = H and the sign is − for c ≥ 0, slope = ab and the sign is + for c < 0.
// Factors of a variance: q and 1/√q (0 where q = 0, which gives θ = π/2 as NT has it). A variance so small that
// products of two leave the range of normal numbers counts as 0.
// Parameters: κ, (H + ab)/2, (H − ab)/2, and 1 where K is known to be never negative.
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

// A loop's turn does two registers. Their addresses differ by an offset that must be a constant of the
// instruction, which only a type parameter can carry into an inlined function: S is u8 for the first register
// (offset 0) and u16 for the second (offset 16). P is u16 where K is never negative, which saves its signs.

@inline
function read<S>(at: usize): v128 {
  return v128.load(at, (sizeof<S>() - 1) << 4);
}

@inline
function write<S>(at: usize, x: v128): void {
  v128.store(at, x, (sizeof<S>() - 1) << 4);
}

/** (K, Θ) → (K', Θ') of one register. */
@inline
function apply<T extends number, S, P>(
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
  const p = v128.mul<T>(read<S>(f1 + at), read<S>(f2 + at));
  const inverse = v128.mul<T>(read<S>(f1 + plane + at), read<S>(f2 + plane + at));
  const sign = v128.load_splat<T>(sizeof<T>() == 4 ? SIGN_32 : SIGN_64);
  const middle = v128.load_splat<T>(params + sizeof<T>());
  const half = v128.load_splat<T>(params + 2 * sizeof<T>());
  const positive = sizeof<P>() == 2;
  const size = positive ? cov : v128.andnot(cov, sign);
  const a = v128.mul<T>(size, inverse);
  const sine2 = sineSquared<T>(p, cov, inverse);
  const kappa = v128.load_splat<T>(params);
  const turn = v128.mul<T>(kappa, arccos<T>(a, sine2));
  const arc = v128.sub<T>(v128.mul<T>(kappa, v128.sqrt<T>(sine2)), v128.mul<T>(turn, a));
  const slope = v128.add<T>(middle, positive ? half : v128.or(half, v128.and(cov, sign)));
  write<S>(outK + at, v128.add<T>(v128.mul<T>(v128.mul<T>(p, inverse), arc), v128.mul<T>(slope, cov)));
  if (outTheta) {
    const d = v128.sub<T>(slope, positive ? turn : v128.or(turn, v128.and(cov, sign)));
    write<S>(outTheta + at, v128.mul<T>(theta, d));
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
    apply<T, u8, u8>(cov, outTheta ? v128.load(theta + i) : cov, i, f1, f2, plane, outK, outTheta, params);
  }
}

/**
 * The 3-tap sum of a convolution's row, its weights and the nonlinearity in one pass, for NNGP and NTK: the
 * engine's most frequent work. `k` and `theta` are rows of sums, whose neighbours are `width` bytes apart; `preK`
 * and `preTheta` (0: not kept) receive what the nonlinearity is applied to. `coefficients`: see filter.ts.
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
  const share = splat<T>(load<f64>(coefficients + 16));
  const bias = splat<T>(load<f64>(coefficients + 24));
  const ntkWeights =
    load<f64>(coefficients) == load<f64>(coefficients + 16) &&
    load<f64>(coefficients + 8) == load<f64>(coefficients + 24);
  let i: usize = 0;
  if (ntkWeights && <f64>load<T>(params + 3 * sizeof<T>()) == 1) {
    for (; i + REGISTER < bytes; i += 2 * REGISTER) {
      weighThenApply<T, u8, u16>(i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, f2, plane, outK, outTheta, params);
      weighThenApply<T, u16, u16>(i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, f2, plane, outK, outTheta, params);
    }
  } else {
    for (; i + REGISTER < bytes; i += 2 * REGISTER) {
      weighThenApply<T, u8, u8>(i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, f2, plane, outK, outTheta, params);
      weighThenApply<T, u16, u8>(i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, f2, plane, outK, outTheta, params);
    }
  }
  if (i < bytes) {
    weighThenApply<T, u8, u8>(i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, f2, plane, outK, outTheta, params);
  }
}

/** One register of `forwardTaps3`; P is u16 where, besides, Θ' = K' + scale·n (the `ntk` parameterization). */
@inline
function weighThenApply<T extends number, S, P>(
  i: usize,
  width: usize,
  k: usize,
  theta: usize,
  scale: v128,
  shift: v128,
  share: v128,
  bias: v128,
  preK: usize,
  preTheta: usize,
  f1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const m = v128.add<T>(v128.add<T>(read<S>(k + i), read<S>(k + i + width)), read<S>(k + i + width + width));
  const n = v128.add<T>(
    v128.add<T>(read<S>(theta + i), read<S>(theta + i + width)),
    read<S>(theta + i + width + width),
  );
  const cov = v128.add<T>(v128.mul<T>(m, scale), shift);
  const gain = sizeof<P>() == 2 ? cov : v128.add<T>(v128.mul<T>(m, share), bias);
  const flow = v128.add<T>(gain, v128.mul<T>(n, scale));
  if (preK) {
    write<S>(preK + i, cov);
    write<S>(preTheta + i, flow);
  }
  apply<T, S, P>(cov, flow, i, f1, f2, plane, outK, outTheta, params);
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
