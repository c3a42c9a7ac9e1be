// a·min(x,0) + b·max(x,0). With κ = (a−b)²/(2π), H = (a²+b²)/2, c = K/√(q1q2), θ' = acos|c|:
//   K' = κ√(q1q2)(sin θ' − θ'cos θ') + slope·K,   D = ∂K'/∂K = slope ∓ κθ',
// where slope = H and the sign is − for c ≥ 0, slope = ab and the sign is + for c < 0.
// Factors of a variance: q and 1/√q (0 where q = 0, which gives θ = π/2 as NT has it). A variance so small that
// products of two leave the range of normal numbers counts as 0.
// Parameters: κ, (H + ab)/2, (H − ab)/2, and 1 where K is known to be never negative.
import { arccos, one, sineSquared } from '../arcs';
import { REGISTER, TWO_A_GROUP, splat } from '../lanes';

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

@inline
function signBit<T extends number>(): v128 {
  return v128.load_splat<T>(sizeof<T>() == 4 ? SIGN_32 : SIGN_64);
}

// P is u16 where K is never negative, which saves its signs, else u8: a type parameter is a constant of inlined code.

@inline
function magnitude<T extends number, P>(cov: v128): v128 {
  return sizeof<P>() == 2 ? cov : v128.andnot(cov, signBit<T>());
}

/** H for K >= 0, ab for K < 0. */
@inline
function slope<T extends number, P>(cov: v128, params: usize): v128 {
  const middle = v128.load_splat<T>(params + sizeof<T>());
  const half = v128.load_splat<T>(params + 2 * sizeof<T>());
  return v128.add<T>(middle, sizeof<P>() == 2 ? half : v128.or(half, v128.and(cov, signBit<T>())));
}

/** D, given `steep`, which is `slope`, and `turn` = κθ'. */
@inline
function derivative<T extends number, P>(cov: v128, steep: v128, turn: v128): v128 {
  return v128.sub<T>(steep, sizeof<P>() == 2 ? turn : v128.or(turn, v128.and(cov, signBit<T>())));
}

/** K', given besides √(q1q2) and a = |c|. */
@inline
function value<T extends number>(
  cov: v128, steep: v128, turn: v128, root: v128, a: v128, sine2: v128, kappa: v128,
): v128 {
  const arc = v128.sub<T>(v128.mul<T>(kappa, v128.sqrt<T>(sine2)), v128.mul<T>(turn, a));
  return v128.add<T>(v128.mul<T>(root, arc), v128.mul<T>(steep, cov));
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
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    const cov = v128.load(k + i);
    const p = v128.mul<T>(v128.load(f1 + i), v128.load(f2 + i));
    const inverse = v128.mul<T>(v128.load(f1 + plane + i), v128.load(f2 + plane + i));
    const a = v128.mul<T>(magnitude<T, u8>(cov), inverse);
    const sine2 = sineSquared<T>(p, cov, inverse);
    const turn = v128.mul<T>(kappa, arccos<T>(a, sine2));
    const steep = slope<T, u8>(cov, params);
    v128.store(outK + i, value<T>(cov, steep, turn, v128.mul<T>(p, inverse), a, sine2, kappa));
    if (outTheta) {
      v128.store(outTheta + i, v128.mul<T>(v128.load(theta + i), derivative<T, u8>(cov, steep, turn)));
    }
  }
}

/**
 * The 3-tap sum of a convolution's row, its weights and the nonlinearity in one pass, for NNGP and NTK: the
 * engine's most frequent work. `k` and `theta` are rows of sums, two or more, whose neighbours are `width` bytes apart, a
 * register or an even number of them; `preK` and `preTheta` (0: not kept) receive what the nonlinearity is applied to.
 * x1's factors are one number for all lanes. `coefficients`: see filter.ts.
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
  const plane1 = (plane / width) * sizeof<T>();
  const ntkWeights =
    load<f64>(coefficients) == load<f64>(coefficients + 16) &&
    load<f64>(coefficients + 8) == load<f64>(coefficients + 24);
  // Two registers of one pixel; or, where a pixel has one, of two, the last two of a row that has an odd number.
  const ahead: usize = !TWO_A_GROUP && width == REGISTER ? sizeof<T>() : 0;
  const span = ahead ? width + width : width;
  const simple = ntkWeights && <f64>load<T>(params + 3 * sizeof<T>()) == 1;
  for (let pixel: usize = 0; pixel < bytes; pixel += span, f1 += sizeof<T>() + ahead) {
    if (ahead && pixel + span > bytes) {
      pixel -= width;
      f1 -= sizeof<T>();
    }
    if (simple) {
      for (let i = pixel; i < pixel + span; i += 2 * REGISTER) {
        twoRegisters<T, u16>(
          i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, ahead, plane1, f2, plane, outK, outTheta,
          params,
        );
      }
    } else {
      for (let i = pixel; i < pixel + span; i += 2 * REGISTER) {
        twoRegisters<T, u8>(
          i, width, k, theta, scale, shift, share, bias, preK, preTheta, f1, ahead, plane1, f2, plane, outK, outTheta,
          params,
        );
      }
    }
  }
}

/** Sum of three registers, `width` bytes apart. */
@inline
function threeTaps<T extends number>(at: usize, width: usize): v128 {
  return v128.add<T>(v128.add<T>(v128.load(at), v128.load(at + width)), v128.load(at + width + width));
}

@inline
function threeTapsAfter<T extends number>(at: usize, width: usize): v128 {
  const two = v128.add<T>(v128.load(at, REGISTER), v128.load(at + width, REGISTER));
  return v128.add<T>(two, v128.load(at + width + width, REGISTER));
}

/**
 * Two registers of `forwardTaps3` side by side: their chains of operations wait for themselves alone, and stores
 * come last, as loads are not moved before them. x1's factors of the second are `ahead` bytes from those of the first. P is
 * u16 where, besides, Θ' = K' + scale·n (the `ntk` parameterization).
 */
@inline
function twoRegisters<T extends number, P>(
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
  ahead: usize,
  plane1: usize,
  f2: usize,
  plane: usize,
  outK: usize,
  outTheta: usize,
  params: usize,
): void {
  const kappa = v128.load_splat<T>(params);
  const m0 = threeTaps<T>(k + i, width);
  const m1 = threeTapsAfter<T>(k + i, width);
  const n0 = v128.mul<T>(threeTaps<T>(theta + i, width), scale);
  const n1 = v128.mul<T>(threeTapsAfter<T>(theta + i, width), scale);
  const q1 = v128.load_splat<T>(f1);
  const r1 = v128.load_splat<T>(f1 + plane1);
  const nextQ1 = TWO_A_GROUP ? q1 : v128.load_splat<T>(f1 + ahead);
  const nextR1 = TWO_A_GROUP ? r1 : v128.load_splat<T>(f1 + ahead + plane1);
  const p0 = v128.mul<T>(q1, v128.load(f2 + i));
  const p1 = v128.mul<T>(nextQ1, v128.load(f2 + i, REGISTER));
  const inverse0 = v128.mul<T>(r1, v128.load(f2 + plane + i));
  const inverse1 = v128.mul<T>(nextR1, v128.load(f2 + plane + i, REGISTER));
  const cov0 = v128.add<T>(v128.mul<T>(m0, scale), shift);
  const cov1 = v128.add<T>(v128.mul<T>(m1, scale), shift);
  const flow0 = v128.add<T>(sizeof<P>() == 2 ? cov0 : v128.add<T>(v128.mul<T>(m0, share), bias), n0);
  const flow1 = v128.add<T>(sizeof<P>() == 2 ? cov1 : v128.add<T>(v128.mul<T>(m1, share), bias), n1);
  const a0 = v128.mul<T>(magnitude<T, P>(cov0), inverse0);
  const a1 = v128.mul<T>(magnitude<T, P>(cov1), inverse1);
  const sine0 = sineSquared<T>(p0, cov0, inverse0);
  const sine1 = sineSquared<T>(p1, cov1, inverse1);
  const turn0 = v128.mul<T>(kappa, arccos<T>(a0, sine0));
  const turn1 = v128.mul<T>(kappa, arccos<T>(a1, sine1));
  const steep0 = slope<T, P>(cov0, params);
  const steep1 = slope<T, P>(cov1, params);
  const k0 = value<T>(cov0, steep0, turn0, v128.mul<T>(p0, inverse0), a0, sine0, kappa);
  const k1 = value<T>(cov1, steep1, turn1, v128.mul<T>(p1, inverse1), a1, sine1, kappa);
  const theta0 = v128.mul<T>(flow0, derivative<T, P>(cov0, steep0, turn0));
  const theta1 = v128.mul<T>(flow1, derivative<T, P>(cov1, steep1, turn1));
  if (preK) {
    v128.store(preK + i, cov0);
    v128.store(preK + i, cov1, REGISTER);
    v128.store(preTheta + i, flow0);
    v128.store(preTheta + i, flow1, REGISTER);
  }
  v128.store(outK + i, k0);
  v128.store(outK + i, k1, REGISTER);
  v128.store(outTheta + i, theta0);
  v128.store(outTheta + i, theta1, REGISTER);
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
