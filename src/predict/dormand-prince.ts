// The explicit Runge–Kutta method of Dormand and Prince, of order 5 with an estimate of order 4 beside it: the step follows the error.
// Source: Dormand and Prince, "A family of embedded Runge-Kutta formulae" (1980); step control as in Hairer, Nørsett and Wanner,
// "Solving ordinary differential equations I", II.4.

const NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];

/** Row s makes the s-th stage's point of the slopes before it; the last one is the step of order 5. */
const WEIGHTS = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];

/** Orders 5 minus 4. */
const ERRORS = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const SAFETY = 0.9;
const SHRINK = 0.2;
const GROW = 5;

/** How far an estimated error is from what is allowed: at most 1 is accepted. */
export type ErrorNorm = (error: Float64Array, before: Float64Array, after: Float64Array) => number;

/** What is to be solved: y' = slope(t, y). */
export interface Equation {
  readonly slope: (t: number, y: Float64Array) => Float64Array;
  readonly errorNorm: ErrorNorm;
  /** Called after each step; may give way to other work or throw. */
  readonly onStep: (t: number) => void | Promise<void>;
}

/** Follows an ordinary differential equation from one time to another. */
export class DormandPrince {
  readonly #equation: Equation;
  #t: number;
  #y: Float64Array;
  #slope: Float64Array;
  #step: number | null = null;

  constructor(equation: Equation, t: number, y: Float64Array) {
    this.#equation = equation;
    this.#t = t;
    this.#y = y;
    this.#slope = equation.slope(t, y);
  }

  get y(): Float64Array {
    return this.#y;
  }

  /** Goes on to the time `end`, at or after the present one. */
  async advance(end: number): Promise<void> {
    const { errorNorm, onStep } = this.#equation;
    this.#step ??= this.#firstStep(end);
    while (this.#t < end) {
      const rest = end - this.#t;
      const step = Math.min(this.#step, rest);
      const { point, error, slope } = this.#tryStep(step);
      const size = errorNorm(error, this.#y, point);
      const factor = size === 0 ? GROW : Math.min(GROW, Math.max(SHRINK, SAFETY * size ** -0.2));
      if (size <= 1) {
        this.#t = step === rest ? end : this.#t + step;
        this.#y = point;
        this.#slope = slope;
        // A step cut short by its end says little about the next.
        if (step === this.#step || factor < 1) this.#step = step * factor;
        await onStep(this.#t);
      } else {
        this.#step = step * (Number.isFinite(size) ? factor : SHRINK);
      }
      if (!(this.#t + this.#step > this.#t)) {
        throw new RangeError(
          `Dormand–Prince: the step falls below what numbers near t = ${this.#t} can tell apart. The slope has a kink or a pole there.`,
        );
      }
    }
  }

  #tryStep(step: number) {
    const slopes = [this.#slope];
    let point = this.#y;
    for (let stage = 1; stage < NODES.length; stage++) {
      point = combined(this.#y, step, WEIGHTS[stage], slopes);
      slopes.push(this.#equation.slope(this.#t + NODES[stage] * step, point));
    }
    const error = combined(new Float64Array(point.length), step, ERRORS, slopes);
    return { point, error, slope: slopes[slopes.length - 1] };
  }

  /** The step after which a straight line would have moved a hundredth of what the error norm would refuse by order 1. */
  #firstStep(end: number): number {
    const rest = end - this.#t;
    const moved = this.#slope.map((value) => value * rest);
    const size = this.#equation.errorNorm(moved, this.#y, this.#y);
    return Number.isFinite(size) && size > 1 ? rest / size ** 0.2 / 10 : rest / 10;
  }
}

function combined(
  y: Float64Array,
  step: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): Float64Array {
  const out = y.slice();
  weights.forEach((weight, s) => {
    if (weight === 0) return;
    const slope = slopes[s];
    for (let i = 0; i < out.length; i++) out[i] += step * weight * slope[i];
  });
  return out;
}
