import { fmaF32 } from './fused-multiply-add.js';
import { log1pF32 } from './log1p-f32.js';

const F32_CENTRAL = Float32Array.of(
  2.81022636e-8,
  3.43273939e-7,
  -3.5233877e-6,
  -4.39150654e-6,
  0.00021858087,
  -0.00125372503,
  -0.00417768164,
  0.246640727,
  1.50140941,
);
const F32_TAIL = Float32Array.of(
  -0.000200214257,
  0.000100950558,
  0.00134934322,
  -0.00367342844,
  0.00573950773,
  -0.0076224613,
  0.00943887047,
  1.00167406,
  2.83297682,
);

/**
 * The inverse error function in float32, to the bit as XLA's CPU backend with fused multiply-add, for |x| < 1.
 *
 * @source M. Giles, "Approximating the erfinv function" (GPU Computing Gems, Jade Edition, 2012), single precision
 */
export function erfInvF32(x: number): number {
  const w = -log1pF32(Math.fround(-x * x));
  const central = w < 5;
  const t = Math.fround(central ? w - 2.5 : Math.fround(Math.sqrt(w)) - 3);
  const coefficients = central ? F32_CENTRAL : F32_TAIL;
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = fmaF32(p, t, coefficients[i]);
  return Math.fround(p * x);
}

const F64_CENTRAL = Float64Array.of(
  -3.64441206401782e-21,
  -1.6850591381820166e-19,
  1.28584807152564e-18,
  1.1157877678025181e-17,
  -1.3331716628546209e-16,
  2.0972767875968562e-17,
  6.637638134358324e-15,
  -4.054566272975207e-14,
  -8.151934197605472e-14,
  2.6335093153082323e-12,
  -1.2975133253453532e-11,
  -5.415412054294628e-11,
  1.0512122733215323e-9,
  -4.112633980346984e-9,
  -2.9070369957882005e-8,
  4.2347877827932404e-7,
  -1.3654692000834679e-6,
  -1.3882523362786469e-5,
  0.00018673420803405714,
  -0.000740702534166267,
  -0.006033670871430149,
  0.24015818242558962,
  1.6536545626831027,
);
const F64_MIDDLE = Float64Array.of(
  2.2137376921775787e-9,
  9.075656193888539e-8,
  -2.7517406297064545e-7,
  1.8239629214389228e-8,
  1.5027403968909828e-6,
  -4.013867526981546e-6,
  2.9234449089955446e-6,
  1.2475304481671779e-5,
  -4.7318229009055734e-5,
  6.828485145957318e-5,
  2.4031110387097894e-5,
  -0.0003550375203628475,
  0.0009532893797373805,
  -0.0016882755560235047,
  0.002491442096107851,
  -0.003751208507569241,
  0.005370914553590064,
  1.0052589676941592,
  3.0838856104922208,
);
const F64_TAIL = Float64Array.of(
  -2.7109920616438573e-11,
  -2.5556418169965252e-10,
  1.5076572693500548e-9,
  -3.789465440126737e-9,
  7.61570120807834e-9,
  -1.496002662714924e-8,
  2.9147953450901081e-8,
  -6.771199775845234e-8,
  2.2900482228026655e-7,
  -9.9298272942317e-7,
  4.526062597223154e-6,
  -1.968177810553167e-5,
  7.599527703001776e-5,
  -0.00021503011930044477,
  -0.00013871931833623122,
  1.0103004648645344,
  4.849906401408584,
);

/**
 * The inverse error function in float64, for |x| < 1.
 *
 * @remarks XLA's float64 `log1p` errs by up to 128 units in the last place near |x| = 0.65; this one does not, so the two
 * differ by up to 32 units in the last place (4e-15 relative).
 * @source M. Giles, "Approximating the erfinv function" (GPU Computing Gems, Jade Edition, 2012), double precision
 */
export function erfInvF64(x: number): number {
  const w = -Math.log1p(-x * x);
  if (w < 6.25) return x * horner(F64_CENTRAL, w - 3.125);
  if (w < 16) return x * horner(F64_MIDDLE, Math.sqrt(w) - 3.25);
  return x * horner(F64_TAIL, Math.sqrt(w) - 5);
}

function horner(coefficients: Float64Array, t: number): number {
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = p * t + coefficients[i];
  return p;
}
