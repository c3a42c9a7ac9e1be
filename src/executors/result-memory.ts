import { bytesOf, zeros } from '../base/dtype.js';
import type { Dtype, FloatArray } from '../base/nd-array.js';

/**
 * Arrays `[n1, n2]` of zeros, one for each field.
 *
 * @throws RangeError when they are more than this machine can hold; the message says their bytes and what else to do.
 */
export function allocateFields<Field extends string>(
  fields: readonly Field[],
  n1: number,
  n2: number,
  dtype: Dtype,
): { readonly [Name in Field]?: FloatArray } {
  const bytes = n1 * n2 * bytesOf(dtype) * fields.length;
  const most = memoryOfMachine();
  if (most !== null && bytes > most) {
    throw new RangeError(refusal(fields.length, n1, n2, dtype, `and this machine has ${gigabytes(most)}`));
  }
  try {
    return Object.fromEntries(fields.map((field) => [field, zeros(dtype, n1 * n2)])) as {
      readonly [Name in Field]?: FloatArray;
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(
      refusal(fields.length, n1, n2, dtype, `which the platform refuses (${error.message})`),
    );
  }
}

/** Bytes of memory that the process may use at most; null where the platform does not tell. */
function memoryOfMachine(): number | null {
  const node = globalThis.process?.getBuiltinModule?.('node:os');
  if (!node) return null;
  const limit = globalThis.process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, node.totalmem()) : node.totalmem();
}

function refusal(fields: number, n1: number, n2: number, dtype: Dtype, why: string): string {
  const size = (n: number, one: Dtype) => gigabytes(n * n1 * n2 * bytesOf(one));
  const remedies = [
    ...(fields > 1 ? [`one field at a time (${size(1, dtype)})`] : []),
    ...(dtype === 'float64' ? [`dtype 'float32' as 'array' (${size(fields, 'float32')})`] : []),
    'some rows of x1 a call',
    'ridgeVisit, which needs no whole matrix',
  ];
  const what = fields > 1 ? `${fields} matrices` : 'a matrix';
  return (
    `gram: ${what} of ${n1} × ${n2} numbers in ${dtype} ${fields > 1 ? 'take' : 'takes'} ${size(fields, dtype)}, ${why}. ` +
    `Ask for ${remedies.slice(0, -1).join(', ')}, or use ${remedies.at(-1)}.`
  );
}

const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(3))} GB`;
