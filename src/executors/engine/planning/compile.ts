import { bytesOf } from '../../../base/dtype.js';
import type { Dtype } from '../../../base/nd-array.js';
import type { Program } from '../../../program/program.js';
import type { Positions } from '../../../program/result.js';
import { engineInfo, FREE } from '../../../wasm/module.js';
import { pixels } from '../lowering/geometry.js';
import { lower } from '../lowering/lower.js';
import { plan } from './plan.js';
import type { Plans } from './plan-types.js';

/** What is asked of a Program. */
export interface CompileRequest {
  readonly dtype: Dtype;
  readonly ntk: boolean;
  /** Sides whose gradients will be asked for. */
  readonly gradient?: { readonly x1: boolean; readonly x2: boolean };
  /** Whether the gradient in the Program's constants will be asked for, which takes both sides' along. */
  readonly constants?: boolean;
  /** Whether the covariances of each sample with itself (cov1, cov2) are read. */
  readonly samples?: boolean;
  /** Between which positions the result is wanted; all by default. */
  readonly positions?: Positions;
  /** How many samples the lanes run over, where that is known: few take narrower groups. */
  readonly columns?: number;
}

/** Bytes of a group of lanes: a register of the widest machine, and four of WebAssembly's. */
const GROUP_BYTES = 64;

/** Groups that run side by side where images are of one pixel; of larger images at least 1. */
const GROUPS = 16;

const cache = new WeakMap<Program, Map<string, Plans>>();

/** The plans that compute a Program; made once for each Program and request. */
export function compile(program: Program, request: CompileRequest): Plans {
  const { dtype, ntk, samples = false, positions = 'all', constants = false, columns = Infinity } = request;
  const gradient = constants ? { x1: true, x2: true } : (request.gradient ?? { x1: false, x2: false });
  const plansOf = cache.get(program) ?? new Map<string, Plans>();
  cache.set(program, plansOf);
  const narrow = !constants && fitNarrowGroup(dtype, columns);
  const name = [dtype, ntk, samples, gradient.x1, gradient.x2, constants, positions, narrow].join();
  const known = plansOf.get(name);
  if (known) return known;

  const lowered = lower(program);
  const largest = Math.max(...lowered.steps.map((step) => pixels(step.shape)));
  const group = lanesOfGroup(dtype);
  const lanes = narrow ? group / 2 : group * Math.max(1, Math.floor(GROUPS / largest));
  const some = gradient.x1 || gradient.x2;
  const shared = { lowered, dtype, lanes, constants };
  const sample = plan({
    ...{
      ...shared,
      mode: 'sample',
      sample: null,
      base: FREE,
      ntk: ntk && samples,
      result: samples ? positions : null,
    },
    gradient: { x1: some, x2: some },
  });
  const pair = plan({ ...shared, mode: 'pair', sample, base: sample.end, ntk, result: positions, gradient });
  const plans = { key: `${serial++}`, dtype, lanes, ntk, sample, pair };
  plansOf.set(name, plans);
  sources.set(plans, { program, request });
  return plans;
}

/** Lanes of a whole group. */
export const lanesOfGroup = (dtype: Dtype): number => GROUP_BYTES / bytesOf(dtype);

/**
 * Whether so few samples are done in half a group, which loops over two registers at once want: then no lane is idle that need not be.
 * All are in one group either way, so that sums over them are the same on machines that have no such registers.
 */
function fitNarrowGroup(dtype: Dtype, columns: number): boolean {
  return columns <= lanesOfGroup(dtype) / 2 && 2 * engineInfo().registerBytes <= GROUP_BYTES / 2;
}

const sources = new WeakMap<Plans, PlansSource>();

/** Of what plans were made: with these a machine elsewhere makes the same. */
export interface PlansSource {
  readonly program: Program;
  readonly request: CompileRequest;
}

/**
 * Of what {@link compile} made plans.
 *
 * @public for machines elsewhere
 */
export const sourceOf = (plans: Plans): PlansSource => sources.get(plans)!;

let serial = 0;
