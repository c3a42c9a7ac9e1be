import type { Program } from '../program/program.js';
import { type Key, randint } from '../random/index.js';
import { isNetworkKernel, type NetworkKernel, programFor } from '../tracing/trace.js';

/** Kernels by name, of which each step of a run draws one. */
export interface Kernels {
  readonly [name: string]: NetworkKernel;
}

/** One kernel, or several by name, as a run sees them. */
export interface KernelFamily {
  /** Names and kernels; the name of a kernel that stands alone is null. */
  readonly members: readonly { readonly name: string | null; readonly kernel: NetworkKernel }[];
  /** The kernel of a step, by a key of that step. */
  draw(key: Key): KernelFamily['members'][number];
  /** The members' Programs for samples of a shape: one, or by name. */
  programs(sampleShape: readonly number[]): Program | { readonly [name: string]: Program };
}

/** @throws TypeError when `kernel` is neither a kernel nor a record of at least one. */
export function familyOf(kernel: NetworkKernel | Kernels): KernelFamily {
  if (isNetworkKernel(kernel) || typeof kernel === 'function' || Array.isArray(kernel)) {
    const only = { name: null, kernel: kernel as NetworkKernel };
    return { members: [only], draw: () => only, programs: (shape) => programFor('kip', only.kernel, shape) };
  }
  const members = Object.entries((kernel ?? {}) as Kernels).map(([name, member]) => ({
    name,
    kernel: member,
  }));
  if (members.length === 0) {
    throw new TypeError(
      'kip: kernel needs the kernel of a network, or a record of several, got a record of none. ' +
        'Pass e.g. stax.serial(…).kernel, or { fc1: fc1.kernel, fc2: fc2.kernel }.',
    );
  }
  return {
    members,
    draw: (key) => members[randint(key, [1], 0, members.length).data[0]],
    programs: (shape) =>
      Object.fromEntries(members.map(({ name, kernel: member }) => [name, programFor('kip', member, shape)])),
  };
}
