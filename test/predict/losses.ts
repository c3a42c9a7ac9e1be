import type { LossGradient } from '../../src/predict/index.js';

/** Of ½·mean((f − y)²). */
export const meanSquaredErrorGradient: LossGradient = (fx, y) => ({
  shape: fx.shape,
  data: fx.data.map((value, i) => (value - y.data[i]) / fx.data.length),
});

/** Of −mean(y·log softmax(f)) over all entries. */
export const crossEntropyGradient: LossGradient = (fx, y) => {
  const [n, c] = fx.shape;
  const data = new Float64Array(n * c);
  for (let i = 0; i < n; i++) {
    const own = fx.data.subarray(i * c, (i + 1) * c);
    const targets = y.data.subarray(i * c, (i + 1) * c);
    const most = Math.max(...own);
    const exps = own.map((value) => Math.exp(value - most));
    const sum = exps.reduce((a, b) => a + b);
    const mass = targets.reduce((a, b) => a + b);
    for (let o = 0; o < c; o++) data[i * c + o] = ((mass * exps[o]) / sum - targets[o]) / (n * c);
  }
  return { shape: fx.shape, data };
};
