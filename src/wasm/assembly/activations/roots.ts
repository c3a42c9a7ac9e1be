// Factors of a variance that several nonlinearities use: q (at least 0) and 1/√q (0 where q = 0).
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
