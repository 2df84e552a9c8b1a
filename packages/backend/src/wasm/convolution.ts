/** `Conv2D` and `FusedConv2D` where a stride is longer than the filter: with padding 'same' the engine then computes nothing. */

import type { Conv2DAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.ts';

type Shape4 = [number, number, number, number];
type ConvolutionAttrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dataFormat' | 'dilations'>;

/** Wraps either kernel: states that padding in numbers, which the engine takes as they are. */
export function withSpelledPadding<
  Inputs extends { readonly x: TensorInfo | undefined; readonly filter: TensorInfo | undefined },
  Attrs extends ConvolutionAttrs,
>(original: Kernel<Inputs, Attrs>): Kernel<Inputs, Attrs> {
  return (call) => {
    const { strides, pad, dataFormat, dilations } = call.attrs;
    if (pad !== 'same' || dataFormat === 'NCHW') return original(call);
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const info = backend_util.computeConv2DInfo(x.shape as Shape4, filter.shape as Shape4, strides, dilations, pad);
    const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
    if (strideHeight <= filterHeight && strideWidth <= filterWidth) return original(call);
    const { top, bottom, left, right } = info.padInfo;
    const spelled = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return original({ ...call, attrs: { ...call.attrs, pad: spelled, dimRoundingMode: 'floor' } });
  };
}
