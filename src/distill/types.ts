import type { Matrix } from 'ml-matrix';
import type { AnyArray } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import { byDefault, type Complete } from '../base/options.js';
import type { ClassLabels } from '../data/index.js';
import { type ComputeOptions, computeOptions, field, type GramField } from '../gram/index.js';
import type { RidgeOptions } from '../regression/index.js';
import { ridgeOptions } from '../regression/ridge.js';

/** A few images that stand for a data set, and what a regression is told to predict on them. */
export interface Support {
  /** `[n, h, w, c]`. */
  readonly images: NdArray;
  /** `[n, C]`; one-hot minus 1/C to begin with. */
  readonly labels: Matrix;
}

/** A support set as functions take it: arrays in any form. */
export interface SupportInput {
  /** `[n, h, w, c]`. */
  readonly images: AnyArray;
  /** `[n, C]`. */
  readonly labels: AnyArray;
}

/** A data set as functions take it: images in any form, classes in any list of numbers. */
export interface DatasetInput {
  /** `[n, h, w, c]`. */
  readonly images: AnyArray;
  /** `[n]`, entries from 0 to `numClasses` − 1. */
  readonly labels: ClassLabels;
  readonly numClasses: number;
}

/** Options of everything that regresses from a support set. */
export interface SupportOptions extends RidgeOptions, Omit<ComputeOptions, 'onProgress'> {
  /** Which kernel, default `'ntk'`. */
  readonly get?: GramField;
}

const { reg, regScale, jitter } = ridgeOptions;
const { dtype, threads, signal } = computeOptions;

/** Which kernel. */
export const kernelField = byDefault('ntk', field);

/** {@link SupportOptions}. */
export const supportOptions = { reg, regScale, jitter, get: kernelField, dtype, threads, signal };

/** {@link SupportOptions}, read. */
export type ReadSupportOptions = Complete<typeof supportOptions>;
