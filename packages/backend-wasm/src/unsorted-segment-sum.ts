/** `UnsortedSegmentSum` (the gradient of `gather`), which the wasm build lacks. */

import type { TensorInfo, UnsortedSegmentSumAttrs, UnsortedSegmentSumInputs } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernel.ts';

/** out[s, …] = Σ x[i, …] over all i with segmentIds[i] = s; other ids are dropped, as in every backend of tfjs. */
export function unsortedSegmentSum({
  inputs: { x, segmentIds },
  attrs: { numSegments },
  backend,
}: KernelCall<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>): TensorInfo {
  const row = x.shape.slice(1);
  const length = util.sizeFromShape(row);
  const out = backend.makeOutput([numSegments, ...row], x.dtype);
  const to = backend.typedArrayFromHeap(out).fill(0);
  const from = backend.typedArrayFromHeap(x);
  backend.typedArrayFromHeap(segmentIds).forEach((segment, i) => {
    if (segment < 0 || segment >= numSegments) return;
    for (let k = 0; k < length; k++) to[segment * length + k] = to[segment * length + k]! + from[i * length + k]!;
  });
  return out;
}
