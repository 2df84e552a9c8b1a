/** The guard in front of native code, which reads as many elements as it is told to. */

import { assert, sizeOf } from '@t2i/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** Throws unless each of `tensors` has as many elements as `shape`. */
export function assertSizes(
  kernel: string,
  shape: readonly number[],
  tensors: Readonly<Record<string, TensorInfo>>,
): void {
  for (const [name, info] of Object.entries(tensors)) {
    assert(
      sizeOf(info.shape) === sizeOf(shape),
      `${kernel}: ${name} is [${info.shape}], expected the size of [${shape}]`,
    );
  }
}
