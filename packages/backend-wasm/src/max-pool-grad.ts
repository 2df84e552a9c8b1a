/** `MaxPoolGrad`: the backend's own is wrong if no element of a window is positive, and prefers the last of equal ones (tfjs 4.22). */

import type { MaxPoolGradAttrs, MaxPoolGradInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { floatsOf, type KernelCall } from './kernel.ts';

/** Gives each element of dy to the first of the largest elements of its window. NHWC. */
export function maxPoolGrad({
  inputs: { dy, input },
  attrs: { filterSize, strides, pad, dimRoundingMode },
  backend,
}: KernelCall<MaxPoolGradInputs, MaxPoolGradAttrs>): TensorInfo {
  const shape = input.shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const dx = backend.makeOutput(shape, 'float32');
  scatter(floatsOf(backend, input), floatsOf(backend, dy), floatsOf(backend, dx).fill(0), info);
  return dx;
}

function scatter(x: Float32Array, dy: Float32Array, dx: Float32Array, info: backend_util.Conv2DInfo): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels: channels, padInfo } = info;
  let output = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * info.strideHeight - padInfo.top;
      const bottom = Math.min(inHeight, top + info.filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = column * info.strideWidth - padInfo.left;
        const right = Math.min(inWidth, left + info.filterWidth);
        for (let c = 0; c < channels; c++, output++) {
          let largest = -1;
          for (let h = Math.max(0, top); h < bottom; h++) {
            for (let w = Math.max(0, left); w < right; w++) {
              const candidate = ((n * inHeight + h) * inWidth + w) * channels + c;
              if (largest < 0 || x[candidate]! > x[largest]!) largest = candidate;
            }
          }
          if (largest >= 0) dx[largest] = dx[largest]! + dy[output]!;
        }
      }
    }
  }
}
