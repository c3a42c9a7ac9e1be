// Matrix times vector, c ± A·b, each entry summed as the matrix product does. A is read once, in place: packing it
// would cost more than the product.
import { REGISTER } from '../lanes';

/** Terms of a sum that are added up before they join the rest, in all products. */
export const DEPTH: i32 = 256;

@inline
function accumulate<T>(c: usize, sum: T, subtract: bool): void {
  store<T>(c, subtract ? <T>(load<T>(c) - sum) : <T>(load<T>(c) + sum));
}

@inline
function accumulateRegister<T>(c: usize, sum: v128, subtract: bool): void {
  const before = v128.load(c);
  v128.store(c, subtract ? v128.sub<T>(before, sum) : v128.add<T>(before, sum));
}

function oneRow<T>(depth: i32, a: usize, aColumn: usize, b: usize, bStep: usize, c: usize, subtract: bool): void {
  let sum: T = <T>0;
  for (let p = 0; p < depth; p++, a += aColumn, b += bStep) sum = <T>(sum + <T>(load<T>(a) * load<T>(b)));
  accumulate<T>(c, sum, subtract);
}

/** Four rows: their sums do not wait for each other. */
function fourRows<T>(
  depth: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  subtract: bool,
): void {
  let sum0: T = <T>0;
  let sum1: T = <T>0;
  let sum2: T = <T>0;
  let sum3: T = <T>0;
  for (let p = 0; p < depth; p++, a += aColumn, b += bStep) {
    const x = load<T>(b);
    sum0 = <T>(sum0 + <T>(load<T>(a) * x));
    sum1 = <T>(sum1 + <T>(load<T>(a + aRow) * x));
    sum2 = <T>(sum2 + <T>(load<T>(a + 2 * aRow) * x));
    sum3 = <T>(sum3 + <T>(load<T>(a + 3 * aRow) * x));
  }
  accumulate<T>(c, sum0, subtract);
  accumulate<T>(c + cStep, sum1, subtract);
  accumulate<T>(c + 2 * cStep, sum2, subtract);
  accumulate<T>(c + 3 * cStep, sum3, subtract);
}

/** Eight registers of rows that stand side by side, in A and in c. */
function eightRegisters<T>(
  depth: i32,
  a: usize,
  aColumn: usize,
  b: usize,
  bStep: usize,
  c: usize,
  subtract: bool,
): void {
  let sum0 = v128.splat<T>(<T>0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let sum4 = sum0;
  let sum5 = sum0;
  let sum6 = sum0;
  let sum7 = sum0;
  for (let p = 0; p < depth; p++, a += aColumn, b += bStep) {
    const x = v128.load_splat<T>(b);
    sum0 = v128.add<T>(sum0, v128.mul<T>(x, v128.load(a)));
    sum1 = v128.add<T>(sum1, v128.mul<T>(x, v128.load(a, REGISTER)));
    sum2 = v128.add<T>(sum2, v128.mul<T>(x, v128.load(a, 2 * REGISTER)));
    sum3 = v128.add<T>(sum3, v128.mul<T>(x, v128.load(a, 3 * REGISTER)));
    sum4 = v128.add<T>(sum4, v128.mul<T>(x, v128.load(a, 4 * REGISTER)));
    sum5 = v128.add<T>(sum5, v128.mul<T>(x, v128.load(a, 5 * REGISTER)));
    sum6 = v128.add<T>(sum6, v128.mul<T>(x, v128.load(a, 6 * REGISTER)));
    sum7 = v128.add<T>(sum7, v128.mul<T>(x, v128.load(a, 7 * REGISTER)));
  }
  accumulateRegister<T>(c, sum0, subtract);
  accumulateRegister<T>(c + REGISTER, sum1, subtract);
  accumulateRegister<T>(c + 2 * REGISTER, sum2, subtract);
  accumulateRegister<T>(c + 3 * REGISTER, sum3, subtract);
  accumulateRegister<T>(c + 4 * REGISTER, sum4, subtract);
  accumulateRegister<T>(c + 5 * REGISTER, sum5, subtract);
  accumulateRegister<T>(c + 6 * REGISTER, sum6, subtract);
  accumulateRegister<T>(c + 7 * REGISTER, sum7, subtract);
}

/** c ± A·b with A `[m, k]`; strides in bytes. */
export function gemv<T>(
  m: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  subtract: bool,
): void {
  const size = sizeof<T>();
  const rows = 8 * <i32>REGISTER / <i32>size;
  let i = 0;
  if (aRow === size && cStep === size) {
    for (; i + rows <= m; i += rows, a += 8 * REGISTER, c += 8 * REGISTER) {
      for (let p = 0; p < k; p += DEPTH) {
        const at = a + <usize>p * aColumn;
        eightRegisters<T>(min(DEPTH, k - p), at, aColumn, b + <usize>p * bStep, bStep, c, subtract);
      }
    }
  }
  for (; i + 4 <= m; i += 4, a += 4 * aRow, c += 4 * cStep) {
    for (let p = 0; p < k; p += DEPTH) {
      const at = a + <usize>p * aColumn;
      fourRows<T>(min(DEPTH, k - p), at, aRow, aColumn, b + <usize>p * bStep, bStep, c, cStep, subtract);
    }
  }
  for (; i < m; i++, a += aRow, c += cStep) {
    for (let p = 0; p < k; p += DEPTH) {
      oneRow<T>(min(DEPTH, k - p), a + <usize>p * aColumn, aColumn, b + <usize>p * bStep, bStep, c, subtract);
    }
  }
}
