/** `Bincount` of a tensor with several axes: the backend's program treats the shape as a number, which no card compiles. */

import type { BincountAttrs, BincountInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { WebgpuKernel } from './kernel.ts';

type Bincount = WebgpuKernel<BincountInputs, BincountAttrs>;

/** Wraps the backend's `Bincount`. */
export function bincount(original: Bincount): Bincount {
  return ({ inputs: { x, weights }, ...call }) =>
    original({ ...call, inputs: { x: flattened(x), weights: flattened(weights) } });
}

function flattened(tensor: TensorInfo): TensorInfo {
  return { ...tensor, shape: [util.sizeFromShape(tensor.shape)] };
}
