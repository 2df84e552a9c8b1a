/** `Conv2D` and `FusedConv2D` for the cases in which the backend and tfjs disagree on the padding. */

import { assert } from '@t2i/core';
import type { Conv2DAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.ts';

type Shape4 = [number, number, number, number];
type ConvolutionAttrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dataFormat' | 'dilations' | 'dimRoundingMode'>;

/** Wraps either kernel. The result is the backend's wherever that is correct. */
export function withSafePadding<
  Inputs extends { readonly x: TensorInfo | undefined; readonly filter: TensorInfo | undefined },
  Attrs extends ConvolutionAttrs,
>(original: Kernel<Inputs, Attrs>): Kernel<Inputs, Attrs> {
  return (call) => {
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attrs;
    if (dataFormat === 'NCHW') return original(call); // which refuses it
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const shapes = [x.shape as Shape4, filter.shape as Shape4] as const;
    const info = backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode);
    if (pad !== 'same') assertSize(info);
    else if (info.strideHeight > info.filterHeight || info.strideWidth > info.filterWidth) {
      // the backend then computes nothing; it accepts the same padding in numbers
      return original({ ...call, attrs: { ...call.attrs, pad: pairsOf(info), dimRoundingMode: 'floor' } });
    }
    return original(call);
  };
}

/**
 * The backend computes its output size itself. With a number as padding, tfjs treats an oblong filter or stride as
 * square and allocates another size, so the backend would write past its end.
 */
function assertSize(info: backend_util.Conv2DInfo): void {
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = info;
  const height = inHeight + padInfo.top + padInfo.bottom - info.effectiveFilterHeight;
  const width = inWidth + padInfo.left + padInfo.right - info.effectiveFilterWidth;
  const written = [Math.floor(height / info.strideHeight) + 1, Math.floor(width / info.strideWidth) + 1];
  assert(
    written[0] === outHeight && written[1] === outWidth,
    `a convolution gives ${written.join('×')} pixels where tfjs expects ${outHeight}×${outWidth}: give its padding in pairs`,
  );
}

function pairsOf({ padInfo: { top, bottom, left, right } }: backend_util.Conv2DInfo): number[][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
