/** Reads the tensors of a Torch7 file as a state dict. */

import type { NamedTensor, StateDict } from '@t2i/core';
import { assertExpansion } from '../assert-expansion.ts';
import { emptyRecord } from '../empty-record.ts';
import { formatError } from '../format-error.ts';
import { childrenOf, namedLeaves } from '../named-leaves.ts';
import { type ReadT7Options, readT7 } from './read-t7.ts';
import { T7Object, T7Tensor } from './t7-values.ts';

/**
 * All tensors of a Torch7 file by their keys, joined by dots: `modules.1.weight` of an `nn.Sequential`. A tensor with several names,
 * such as a shared weight, appears under all of them. Everything else is omitted.
 * @throws FormatError if the file is damaged, or contains an object whose class has its own format
 */
export function readT7State(bytes: Uint8Array, options: ReadT7Options = {}): StateDict {
  const { what = 'Torch7 file' } = options;
  const value = readT7(bytes, options);
  const tensors = emptyRecord<NamedTensor>();
  try {
    const found = namedLeaves(
      value,
      (leaf): leaf is T7Tensor => leaf instanceof T7Tensor,
      (inner) => (inner instanceof T7Object ? inner.fields : childrenOf(inner)),
    );
    const distinct = new Set(found.values());
    assertExpansion(distinct, bytes.length);
    const read = new Map([...distinct].map((tensor) => [tensor, tensor.read()] as const));
    for (const [name, tensor] of found) tensors[name] = read.get(tensor)!;
  } catch (cause) {
    throw formatError(what, cause);
  }
  return { tensors, metadata: emptyRecord() };
}
