/** Largest error that a test allows, by dtype and kind; relative to the largest expected entry. */
export const tolerance = {
  f64: {
    /** Gradients against central differences along a line, by four points of step 1e-4; observed 5.1e-11. */
    line: 1e-9,
    /** Most negative eigenvalue of a Gram matrix, relative to its largest entry; observed 1.1e-15. */
    eigenvalue: 1e-13,
    /** Against values computed by Neural Tangents in float64. */
    golden: 1e-10,
    /** Values where all activations are parallel and the NTK holds their angles, √eps instead of 0; observed 7.1e-10. */
    goldenSingular: 1e-8,
    /** Against values printed with 12 digits. */
    printed: 5e-12,
    /** Against values printed with 10 digits. */
    printedTen: 5e-10,
    /** Of one elementary function, relative: two units in the last place; observed 2.2e-16. */
    ulps: 4.5e-16,
    /** Against jax's float64 elementary functions, entry by entry; observed 3.6e-15. */
    elementary: 1e-14,
    /** A few rounding errors: an operation followed by its inverse, or the same sum in another order. */
    rounding: 1e-13,
  },
  f32: {
    /** Of one elementary function, relative: two units in the last place; observed 7.2e-8. */
    ulps: 2.4e-7,
    /** Values against the same in float64, where no pair of points is nearly parallel; observed 5.4e-6 over 500 random networks. */
    values: 1e-5,
    /** Gradients likewise; observed 1.3e-5. */
    gradients: 5e-5,
    /** Gradients against central differences with step 1e-2; observed 1.2e-5. */
    finiteDifference: 1e-4,
    /** Against values computed by Neural Tangents in float64. */
    golden: 1e-5,
    /**
     * Where roundings of the inputs' covariances alone cost gradients more than the other bounds (test/support/rounding.ts): so
     * many times that cost, for the roundings of all layers.
     */
    lost: 2,
    /** Values where all activations are parallel and the NTK holds their angles, √eps instead of 0; observed 4.0e-5. */
    goldenSingular: 1e-4,
    /** A few rounding errors: an operation followed by its inverse, or the same sum in another order. */
    rounding: 1e-6,
  },
  linalg: {
    /** LAPACK's test ratio: the residual in units of n·eps·norm. */
    lapackRatio: 30,
    /** Least squares by QR against the normal equations, whose condition number is squared. */
    normalEquations: 1e-9,
  },
  predict: {
    /** Against what Neural Tangents' ODE solver gives, which allows errors of 1.4e-8 a step; observed 4.7e-9. */
    odeint: 2e-8,
    /** Our ODE solver at its default tolerance of 1e-10 a step against closed forms; observed 1e-10. */
    ode: 1e-8,
  },
  kip: {
    /** Loss, predictions, gradients and solved labels against Neural Tangents at reg 1e-2; observed 6e-13. */
    ridge: 1e-9,
    /** The same at reg 1e-6, where solves amplify the last digits; observed 3e-12, labels 2.4e-9. */
    smallRidge: 1e-6,
    /** What the rounding of Neural Tangents' normal equations is worth in Label Solve's training loss; observed 1.2e-9. */
    labelSolveLoss: 1e-8,
    /** Gradients against central differences in float64. */
    finiteDifferences: 1e-6,
    /** The loss in float32 against float64 at reg 1e-2; observed 2.0e-7 in training. */
    float32Loss: 1e-5,
    /** Images and labels after four steps in float32 against float64 at reg 1e-2; observed 6e-8. */
    float32Steps: 1e-6,
  },
} as const;
