// The microkernel of a matrix product for registers of 64 bytes, of which there are 32: 8 rows × 2 registers of C.
import { REGISTER } from '../lanes';
import { accumulate } from './accumulate';

/**
 * C ± the product of two packed strips of `depth` terms.
 *
 * The numbers of A are read twice, so that each is the memory operand of one multiplication. On Zen 4 one that serves two is an
 * instruction of its own on a multiplication's port: two thirds of the speed. With 16 sums the order of instructions does not
 * matter; with 8, alternating multiplications and additions lost a quarter.
 *
 * @param a the strip of A; `again` the same, in a second argument as compilers would join the reads
 */
export function tallMicrokernel<T>(
  depth: i32,
  a: usize,
  again: usize,
  b: usize,
  c: usize,
  cStride: usize,
  subtract: bool,
): void {
  let c00 = v128.splat<T>(<T>0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  let c60 = c00;
  let c61 = c00;
  let c70 = c00;
  let c71 = c00;
  const end = a + <usize>depth * (8 * sizeof<T>());
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, REGISTER);
    c00 = v128.add<T>(c00, v128.mul<T>(v128.load_splat<T>(a), b0));
    c01 = v128.add<T>(c01, v128.mul<T>(v128.load_splat<T>(again), b1));
    c10 = v128.add<T>(c10, v128.mul<T>(v128.load_splat<T>(a, sizeof<T>()), b0));
    c11 = v128.add<T>(c11, v128.mul<T>(v128.load_splat<T>(again, sizeof<T>()), b1));
    c20 = v128.add<T>(c20, v128.mul<T>(v128.load_splat<T>(a, 2 * sizeof<T>()), b0));
    c21 = v128.add<T>(c21, v128.mul<T>(v128.load_splat<T>(again, 2 * sizeof<T>()), b1));
    c30 = v128.add<T>(c30, v128.mul<T>(v128.load_splat<T>(a, 3 * sizeof<T>()), b0));
    c31 = v128.add<T>(c31, v128.mul<T>(v128.load_splat<T>(again, 3 * sizeof<T>()), b1));
    c40 = v128.add<T>(c40, v128.mul<T>(v128.load_splat<T>(a, 4 * sizeof<T>()), b0));
    c41 = v128.add<T>(c41, v128.mul<T>(v128.load_splat<T>(again, 4 * sizeof<T>()), b1));
    c50 = v128.add<T>(c50, v128.mul<T>(v128.load_splat<T>(a, 5 * sizeof<T>()), b0));
    c51 = v128.add<T>(c51, v128.mul<T>(v128.load_splat<T>(again, 5 * sizeof<T>()), b1));
    c60 = v128.add<T>(c60, v128.mul<T>(v128.load_splat<T>(a, 6 * sizeof<T>()), b0));
    c61 = v128.add<T>(c61, v128.mul<T>(v128.load_splat<T>(again, 6 * sizeof<T>()), b1));
    c70 = v128.add<T>(c70, v128.mul<T>(v128.load_splat<T>(a, 7 * sizeof<T>()), b0));
    c71 = v128.add<T>(c71, v128.mul<T>(v128.load_splat<T>(again, 7 * sizeof<T>()), b1));
    a += 8 * sizeof<T>();
    again += 8 * sizeof<T>();
    b += 2 * REGISTER;
  }
  accumulate<T>(c, c00, subtract);
  accumulate<T>(c + REGISTER, c01, subtract);
  c += cStride;
  accumulate<T>(c, c10, subtract);
  accumulate<T>(c + REGISTER, c11, subtract);
  c += cStride;
  accumulate<T>(c, c20, subtract);
  accumulate<T>(c + REGISTER, c21, subtract);
  c += cStride;
  accumulate<T>(c, c30, subtract);
  accumulate<T>(c + REGISTER, c31, subtract);
  c += cStride;
  accumulate<T>(c, c40, subtract);
  accumulate<T>(c + REGISTER, c41, subtract);
  c += cStride;
  accumulate<T>(c, c50, subtract);
  accumulate<T>(c + REGISTER, c51, subtract);
  c += cStride;
  accumulate<T>(c, c60, subtract);
  accumulate<T>(c + REGISTER, c61, subtract);
  c += cStride;
  accumulate<T>(c, c70, subtract);
  accumulate<T>(c + REGISTER, c71, subtract);
}
