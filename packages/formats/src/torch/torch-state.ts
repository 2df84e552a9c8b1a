/** Reads the tensors of a PyTorch file as a state dict. */

import type { NamedTensor, StateDict } from '@t2i/core';
import { assertExpansion } from '../assert-expansion.ts';
import type { ByteSource } from '../byte-source.ts';
import { emptyRecord } from '../empty-record.ts';
import { formatError } from '../format-error.ts';
import { namedLeaves } from '../named-leaves.ts';
import { openTorchFile } from './torch-file.ts';
import { TorchTensor } from './torch-tensor.ts';

/**
 * All tensors of a file of `torch.save` by their keys, joined by dots: `fc.weight` of a state dict, `netG.fc.weight`
 * of a checkpoint with several. Everything else is omitted.
 * @param file bytes, or a source that is read by ranges
 * @throws FormatError if the file is damaged, or needs a class or function that is not plain data
 */
export async function readTorchState(file: Uint8Array | ByteSource, what = 'PyTorch file'): Promise<StateDict> {
  const { value, read } = await openTorchFile(file, what);
  const tensors = emptyRecord<NamedTensor>();
  try {
    const found = namedLeaves(value, (leaf): leaf is TorchTensor => leaf instanceof TorchTensor);
    assertExpansion(new Set(found.values()), file instanceof Uint8Array ? file.length : file.size);
    const once = new Map<TorchTensor, NamedTensor>();
    for (const [name, tensor] of found) {
      const numbers = once.get(tensor) ?? (await read(tensor));
      once.set(tensor, numbers);
      tensors[name] = numbers;
    }
  } catch (cause) {
    throw formatError(what, cause);
  }
  return { tensors, metadata: emptyRecord() };
}
