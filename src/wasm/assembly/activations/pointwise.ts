// The nonlinearities that are written as one register's value and partial derivatives (../partials), and the loops
// over a run of numbers that all of them share.
import { add, mul } from '../arithmetic';
import { Activation } from '../generated/instructions';
import { REGISTER } from '../lanes';
import {
  ALL, get, ONLY_VALUE, SLOPE, SLOPE_BY_K, SLOPE_BY_Q1, SLOPE_BY_Q2, VALUE, VALUE_BY_K, VALUE_BY_Q1, VALUE_BY_Q2,
  WITH_SLOPE,
} from '../partials';
import * as exponential from './exponential';
import * as expNormalized from './exp-normalized';
import * as gabor from './gabor';
import * as gaussian from './gaussian';
import * as laplace from './laplace';
import * as polynomial from './polynomial';
import * as quadrature from './quadrature';
import * as rectifiedMonomial from './rectified-monomial';
import * as roots from './roots';
import * as sign from './sign';
import * as sine from './sine';

export function factors<T extends number>(
  code: i32, q: usize, to: usize, stride: usize, bytes: usize, params: usize,
): void {
  if (code == Activation.exponential) exponential.factors<T>(q, to, bytes, params);
  else if (code == Activation.sine) sine.factors<T>(q, to, bytes);
  else if (code == Activation.gaussian || code == Activation.gabor || code == Activation.laplace) memory.copy(to, q, bytes);
  else if (code == Activation.polynomial) polynomial.factors<T>(q, to, stride, bytes, params);
  else roots.factors<T>(q, to, stride, bytes);
}

/** Leaves in `PARTIALS` what `order` asks for, of one register of covariances and the factors at `f1` and `f2`. */
function partials<T extends number>(
  code: i32, k: v128, f1: usize, f2: usize, plane: usize, params: usize, order: i32,
): void {
  if (code == Activation.exponential) exponential.partials<T>(k, f1, f2, params, order);
  else if (code == Activation.sine) sine.partials<T>(k, f1, f2, params, order);
  else if (code == Activation.gaussian) gaussian.partials<T>(k, f1, f2, params, order);
  else if (code == Activation.gabor) gabor.partials<T>(k, f1, f2, order);
  else if (code == Activation.expNormalized) expNormalized.partials<T>(k, f1, f2, plane, params, order);
  else if (code == Activation.sign) sign.partials<T>(k, f1, f2, plane, order);
  else if (code == Activation.laplace) laplace.partials<T>(k, f1, f2, order);
  else if (code == Activation.polynomial) polynomial.partials<T>(k, f1, f2, plane, params, order);
  else if (code == Activation.rectifiedMonomial) rectifiedMonomial.partials<T>(k, f1, f2, plane, params, order);
  else if (code == Activation.quadrature) quadrature.partials<T>(k, f1, f2, plane, params, order);
  else unreachable();
}

export function forward<T extends number>(
  code: i32, bytes: usize, k: usize, theta: usize, f1: usize, f2: usize, plane: usize,
  outK: usize, outTheta: usize, params: usize,
): void {
  const order = outTheta ? WITH_SLOPE : ONLY_VALUE;
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    partials<T>(code, v128.load(k + i), f1 + i, f2 + i, plane, params, order);
    v128.store(outK + i, get(VALUE));
    if (outTheta) v128.store(outTheta + i, mul<T>(v128.load(theta + i), get(SLOPE)));
  }
}

export function backward<T extends number>(
  code: i32, bytes: usize, k: usize, theta: usize, f1: usize, f2: usize, plane: usize,
  gK: usize, gTheta: usize, q1: usize, q2: usize, params: usize,
): void {
  for (let i: usize = 0; i < bytes; i += REGISTER) {
    partials<T>(code, v128.load(k + i), f1 + i, f2 + i, plane, params, ALL);
    const cotK = v128.load(gK + i);
    let inK = mul<T>(cotK, get(VALUE_BY_K));
    let pull1 = mul<T>(cotK, get(VALUE_BY_Q1));
    let pull2 = mul<T>(cotK, get(VALUE_BY_Q2));
    if (gTheta) {
      const cotTheta = v128.load(gTheta + i);
      const cotSlope = mul<T>(cotTheta, v128.load(theta + i));
      inK = add<T>(inK, mul<T>(cotSlope, get(SLOPE_BY_K)));
      pull1 = add<T>(pull1, mul<T>(cotSlope, get(SLOPE_BY_Q1)));
      pull2 = add<T>(pull2, mul<T>(cotSlope, get(SLOPE_BY_Q2)));
      v128.store(gTheta + i, mul<T>(cotTheta, get(SLOPE)));
    }
    v128.store(gK + i, inK);
    if (q1) v128.store(q1 + i, add<T>(v128.load(q1 + i), pull1));
    if (q2) v128.store(q2 + i, add<T>(v128.load(q2 + i), pull2));
  }
}
