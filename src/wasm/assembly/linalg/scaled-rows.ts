import { REGISTER } from '../lanes';

/** to[i] += factors[i]·x[i] for `rows` rows of `columns` numbers. */
export function addScaledRows<T>(rows: i32, columns: i32, factors: usize, x: usize, to: usize): void {
  const step = <i32>REGISTER / <i32>sizeof<T>();
  const registers = columns & ~(step - 1);
  for (let i = 0; i < rows; i++, factors += sizeof<T>()) {
    const factor = v128.load_splat<T>(factors);
    for (let e = 0; e < registers; e += step, x += REGISTER, to += REGISTER) {
      v128.store(to, v128.add<T>(v128.load(to), v128.mul<T>(factor, v128.load(x))));
    }
    for (let e = registers; e < columns; e++, x += sizeof<T>(), to += sizeof<T>()) {
      store<T>(to, <T>(load<T>(to) + <T>(load<T>(factors) * load<T>(x))));
    }
  }
}

/** {@link addScaledRows} in f32. */
export function addScaledRows32(rows: i32, columns: i32, factors: usize, x: usize, to: usize): void {
  addScaledRows<f32>(rows, columns, factors, x, to);
}

/** {@link addScaledRows} in f64. */
export function addScaledRows64(rows: i32, columns: i32, factors: usize, x: usize, to: usize): void {
  addScaledRows<f64>(rows, columns, factors, x, to);
}
