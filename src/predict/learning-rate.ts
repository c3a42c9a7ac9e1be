import { rule } from '../base/options.js';

/** A learning rate of gradient descent. */
export const learningRate = rule<number>(
  'must be a finite number above 0',
  (given) => Number.isFinite(given) && given > 0,
  'Pass e.g. 1.',
);
