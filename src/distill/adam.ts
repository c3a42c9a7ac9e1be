/** Constants of `Adam`. */
export interface AdamOptions {
  /** Decay of the mean gradient, default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean squared gradient, default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Exponent of the first step's bias correction, default 1. The notebook released with KIP started at 2. */
  readonly firstStep?: number;
}

/** Adam on one flat array of parameters: x ← x − lr · m̂ / (√v̂ + ε). */
export class Adam {
  readonly #options: Required<AdamOptions>;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #step: number;

  constructor(size: number, options: Required<AdamOptions>) {
    this.#options = options;
    this.#mean = new Float64Array(size);
    this.#square = new Float64Array(size);
    this.#step = options.firstStep;
  }

  /** The parameters after a step along `gradient`; `x` is left as it is. */
  step(x: Float64Array, gradient: Float64Array, learningRate: number): Float64Array {
    const { beta1, beta2, epsilon } = this.#options;
    const meanBias = 1 - beta1 ** this.#step;
    const squareBias = 1 - beta2 ** this.#step;
    this.#step++;
    return x.map((value, i) => {
      this.#mean[i] = beta1 * this.#mean[i] + (1 - beta1) * gradient[i];
      this.#square[i] = beta2 * this.#square[i] + (1 - beta2) * gradient[i] ** 2;
      return (
        value -
        (learningRate * (this.#mean[i] / meanBias)) / (Math.sqrt(this.#square[i] / squareBias) + epsilon)
      );
    });
  }
}
