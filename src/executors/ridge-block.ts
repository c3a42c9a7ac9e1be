import type { FloatArray } from '../base/nd-array.js';

/** What a ridge regression brings to a block of targets: its coefficients α and the targets' labels. */
export interface RidgeData {
  readonly classes: number;
  /** `[n, classes]`. */
  readonly alpha: Float64Array;
  /** `[N, classes]`. */
  readonly labels: Float64Array;
  readonly scale: number;
}

/** Sums over a block's targets. */
export interface RidgeBlockSums {
  /** Σ(pred − y)²/2·scale. */
  readonly loss: number;
  /** Targets whose largest prediction is of their label's class. */
  readonly correct: number;
  /** K·G, `[n, classes]`. */
  readonly kG: Float64Array;
}

/**
 * Ridge regression on a block of N targets: with K `[n, N]` the kernel between n supports and these, pred = Kᵀα and
 * G = scale·(pred − y); the loss's cotangent of K is α·Gᵀ. Targets may come a few at a time.
 */
export class RidgeBlock {
  readonly #data: RidgeData;
  readonly #n: number;
  readonly #count: number;
  /** pred, then G, `[N, classes]`. */
  readonly #g: Float64Array;
  #loss = 0;
  #correct = 0;

  constructor(data: RidgeData, n: number, count: number) {
    this.#data = data;
    this.#n = n;
    this.#count = count;
    this.#g = new Float64Array(count * data.classes);
  }

  /** Takes in targets [start, end), whose columns of `k` are known. */
  addResiduals(k: FloatArray, start: number, end: number): void {
    const { classes, alpha, labels, scale } = this.#data;
    const g = this.#g;
    for (let t = start; t < end; t++) {
      let best = 0;
      let target = 0;
      const at = t * classes;
      for (let c = 0; c < classes; c++) {
        let sum = 0;
        for (let i = 0; i < this.#n; i++) sum += k[i * this.#count + t] * alpha[i * classes + c];
        g[at + c] = sum;
        if (sum > g[at + best]) best = c;
        if (labels[at + c] > labels[at + target]) target = c;
      }
      if (best === target) this.#correct++;
      for (let c = 0; c < classes; c++) {
        const residual = g[at + c] - labels[at + c];
        this.#loss += 0.5 * scale * residual * residual;
        g[at + c] = scale * residual;
      }
    }
  }

  /** Writes the columns [start, end) of K's cotangent, whose residuals were added. */
  writeCotangent(to: FloatArray, start: number, end: number): void {
    const { classes, alpha } = this.#data;
    for (let i = 0; i < this.#n; i++) {
      for (let t = start; t < end; t++) {
        let sum = 0;
        for (let c = 0; c < classes; c++) sum += alpha[i * classes + c] * this.#g[t * classes + c];
        to[i * this.#count + t] = sum;
      }
    }
  }

  /** The block's sums, once the residuals of all targets were added. */
  sums(k: FloatArray): RidgeBlockSums {
    const { classes } = this.#data;
    const kG = new Float64Array(this.#n * classes);
    for (let i = 0; i < this.#n; i++) {
      for (let t = 0; t < this.#count; t++) {
        const entry = k[i * this.#count + t];
        for (let c = 0; c < classes; c++) kG[i * classes + c] += entry * this.#g[t * classes + c];
      }
    }
    return { loss: this.#loss, correct: this.#correct, kG };
  }
}
