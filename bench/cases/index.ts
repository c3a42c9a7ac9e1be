import type { Case } from '../lib/case.js';
import { growthSeries } from './growth.js';
import { kernelCases } from './kernels.js';
import { choleskyCase, productCase } from './linear-algebra.js';
import { executorsCase } from './tfjs.js';
import { triangleCase } from './triangle.js';

/** What `npm run bench` measures, in the table's order. */
export const cases: readonly Case[] = [
  ...kernelCases,
  triangleCase,
  choleskyCase,
  productCase,
  executorsCase,
];

/** What `npm run bench -- --growth` measures. */
export const series = growthSeries;

/** The case or series of this name. */
export function caseOf(name: string): Case {
  const found = [...cases, ...series].find((one) => one.name === name);
  if (!found) {
    throw new RangeError(`bench: cases are ${cases.map((one) => one.name).join(', ')}; got '${name}'.`);
  }
  return found;
}
