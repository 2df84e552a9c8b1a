/** NumPy's type names (`<f4`): byte order, kind and bytes of an element. */

import type { Dtype } from '@t2i/core';
import { MalformedError } from '../malformed-error.ts';

export interface NumpyType {
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
}

const TYPES: ReadonlyMap<string, Dtype> = new Map([
  ['f8', 'F64'],
  ['f4', 'F32'],
  ['f2', 'F16'],
  ['i8', 'I64'],
  ['i4', 'I32'],
  ['i2', 'I16'],
  ['i1', 'I8'],
  ['u8', 'U64'],
  ['u4', 'U32'],
  ['u2', 'U16'],
  ['u1', 'U8'],
  ['b1', 'BOOL'],
]);

/** Other kinds that people save, to name them in the error. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['O', 'Python objects'],
  ['U', 'text'],
  ['S', 'byte strings'],
  ['c', 'complex numbers'],
  ['M', 'dates'],
  ['m', 'durations'],
  ['V', 'records'],
]);

/** @throws MalformedError if the elements are not plain numbers or booleans */
export function parseNumpyType(name: string): NumpyType {
  const [, order = '', kind = ''] = /^([<>|=]?)(.+)$/.exec(name) ?? [];
  const dtype = TYPES.get(kind);
  if (dtype !== undefined) return { dtype, littleEndian: order !== '>' };
  const other = OTHERS.get(kind[0] ?? '');
  throw new MalformedError(
    other === undefined
      ? `it has elements of type ${JSON.stringify(name.slice(0, 100))}`
      : `it holds ${other}, not numbers`,
    'Save the array as numbers, for instance with astype("float32").',
  );
}
