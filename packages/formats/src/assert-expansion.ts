import { type Dtype, sizeOf } from '@t2i/core';
import { MalformedError } from './malformed-error.ts';
import { ELEMENTS } from './strided-tensor.ts';

/** Tensors may share a storage. Together they may have at most this many times the bytes of the file. */
const MAX_EXPANSION = 8;
/** Small files may have more. */
const MIN_BYTES = 2 ** 27;

/** @throws MalformedError if the tensors of a file would need far more memory than the file has bytes */
export function assertExpansion(
  tensors: Iterable<{ readonly dtype: Dtype; readonly shape: readonly number[] }>,
  fileBytes: number,
): void {
  let bytes = 0;
  for (const { shape, dtype } of tensors) bytes += sizeOf(shape) * ELEMENTS[dtype].bytes;
  if (bytes <= Math.max(MIN_BYTES, fileBytes * MAX_EXPANSION)) return;
  throw new MalformedError(
    `its tensors have ${bytes} bytes, the file has ${fileBytes}`,
    'Read its tensors one by one.',
  );
}
