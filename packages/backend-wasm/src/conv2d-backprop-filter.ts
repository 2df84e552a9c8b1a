/**
 * `Conv2DBackpropFilter`, which the wasm build lacks. The filter's gradient is itself a convolution
 * of the input with dy as the filter: batch and channels are exchanged, and the stride becomes a dilation.
 */

import type { Conv2DBackpropFilterAttrs, Conv2DBackpropFilterInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, Conv2D, Slice, Transpose } from '@tensorflow/tfjs-core';
import { free, type KernelCall, run } from './kernel.ts';

/**
 * dW[kh, kw, i, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · dy[n, oh, ow, o].
 * x is [N, H, W, I], dy [N, OH, OW, O], the result [KH, KW, I, O]; NHWC only, as the backend's own Conv2D.
 */
export function conv2dBackpropFilter({
  inputs: { x, dy },
  attrs: { strides, pad, dimRoundingMode, dataFormat, filterShape },
  backend,
}: KernelCall<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>): TensorInfo {
  const layout = backend_util.convertConv2DDataFormat(dataFormat);
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, strideHeight, strideWidth, padInfo } =
    backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
      false,
      layout,
    );
  const [filterHeight, filterWidth] = filterShape;
  // Rows and columns that no window reaches would make the result larger than the filter: pad only up to its size and cut the rest.
  const bottom = filterHeight + (outHeight - 1) * strideHeight - inHeight - padInfo.top;
  const right = filterWidth + (outWidth - 1) * strideWidth - inWidth - padInfo.left;

  const images = run(backend, Transpose, { x }, { perm: [3, 1, 2, 0] }); // [I, H, W, N]
  const windows = run(backend, Transpose, { x: dy }, { perm: [1, 2, 0, 3] }); // [OH, OW, N, O]
  const swapped = run(
    backend,
    Conv2D,
    { x: images, filter: windows },
    {
      strides: 1,
      dilations: [strideHeight, strideWidth],
      pad: [
        [0, 0],
        [padInfo.top, Math.max(0, bottom)],
        [padInfo.left, Math.max(0, right)],
        [0, 0],
      ],
      dataFormat: 'NHWC',
    },
  ); // [I, ≥ KH, ≥ KW, O]
  free(backend, images, windows);
  const gradient = run(backend, Transpose, { x: swapped }, { perm: [1, 2, 0, 3] });
  free(backend, swapped);
  if (bottom >= 0 && right >= 0) return gradient;

  const size = [filterHeight, filterWidth, inChannels, outChannels];
  const cut = run(backend, Slice, { x: gradient }, { begin: [0, 0, 0, 0], size });
  free(backend, gradient);
  return cut;
}
