import type { Kernel } from './kernel.js';

/** A field of a `Kernel`, upper case allowed for the two kernels. */
export type FieldName = keyof Kernel | 'NNGP' | 'NTK';

/** The canonical name of a field. */
export type Canonical<Name extends FieldName> = Name extends 'NNGP'
  ? 'nngp'
  : Name extends 'NTK'
    ? 'ntk'
    : Name;

/** What to compute: nothing said, one field, or a list of fields. */
export type Get = FieldName | readonly FieldName[] | null | undefined;

/** What a kernel function returns: the whole record, one field's value, or a record of the listed fields. */
export type Got<G extends Get> = G extends FieldName
  ? Kernel[Canonical<G> & keyof Kernel]
  : G extends readonly FieldName[]
    ? { readonly [Name in Canonical<G[number]> & keyof Kernel]: Kernel[Name] }
    : Kernel;

const fields = [
  'nngp',
  'ntk',
  'cov1',
  'cov2',
  'x1IsX2',
  'isGaussian',
  'isReversed',
  'isInput',
  'diagonalBatch',
  'diagonalSpatial',
  'shape1',
  'shape2',
  'batchAxis',
  'channelAxis',
  'mask1',
  'mask2',
] as const satisfies readonly (keyof Kernel)[];

const byLowerCase = new Map<string, keyof Kernel>(fields.map((field) => [field.toLowerCase(), field]));

/**
 * The fields that `get` asks for, in its order; all without `get`. Case does not matter.
 *
 * @throws RangeError for an unknown or repeated name, and for an empty list.
 */
export function fieldsOf(get: Get): readonly (keyof Kernel)[] {
  if (get === undefined || get === null) return fields;
  const names = typeof get === 'string' ? [get] : get;
  if (names.length === 0) {
    throw new RangeError("get: needs at least one field, got an empty list. Pass e.g. ['nngp', 'ntk'].");
  }
  const found = names.map((name) => {
    const field = byLowerCase.get(String(name).toLowerCase());
    if (field === undefined) {
      throw new RangeError(`get: fields of a kernel are ${fields.join(', ')}; got '${name}'.`);
    }
    return field;
  });
  const repeated = found.find((field, i) => found.indexOf(field) !== i);
  if (repeated !== undefined) throw new RangeError(`get: each field once, got '${repeated}' twice.`);
  return found;
}

/** Brings a record of fields into the form that `get` asks for. */
export function select<G extends Get>(record: Partial<Kernel>, get: G): Got<G> {
  if (get === undefined || get === null) return record as Got<G>;
  const wanted = fieldsOf(get);
  if (typeof get === 'string') return record[wanted[0]] as Got<G>;
  return Object.fromEntries(wanted.map((field) => [field, record[field]])) as Got<G>;
}
