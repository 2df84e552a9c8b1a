/** The geometry of a convolution, computed and checked by tfjs-core, in the form for native code. */

import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { demand } from '../kernel-error.ts';
import { checkedSize, checkRank, checkWhole } from '../sizes.ts';

export type ConvInfo = backend_util.Conv2DInfo;
type Pair = [number, number] | number;

type Rounding = Pick<ConvAttrs, 'pad' | 'dimRoundingMode'>;

/** The attributes that all convolution kernels of tfjs-core share. */
export interface ConvAttrs {
  readonly strides: Pair;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: Pair;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Refuses an invalid geometry: strides and sizes that are not whole or not positive, padding that is negative
 * (TensorFlow refuses it too), windows that are larger than the padded image.
 */
export function checkWindows(info: ConvInfo, leastWindow: number): void {
  const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  checkWhole('the window', [info.filterHeight, info.filterWidth], leastWindow);
  checkWhole('the stride', [strideHeight, strideWidth], 1);
  checkWhole('the dilation', [dilationHeight, dilationWidth], 1);
  checkWhole('the padding', [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right], 0);
  demand(
    info.outHeight >= 0 && info.outWidth >= 0,
    () =>
      `a window of ${info.effectiveFilterHeight}×${info.effectiveFilterWidth} is larger than the image of ` +
      `${info.inHeight}×${info.inWidth} with its padding`,
  );
  checkedSize([info.filterHeight, info.filterWidth]);
  checkedSize(info.inShape);
  checkedSize(info.outShape);
}

/**
 * The geometry of a gradient. tfjs-core does not tell gradients how the operation rounded its sizes (`dimRoundingMode`), so the
 * rounding is the one that gives a dy of this shape. If none does, or if it is known, it is the requested one.
 */
export function geometryOf(dy: TensorInfo, attrs: Rounding, geometry: (rounding: Rounding) => ConvInfo): ConvInfo {
  const asked = geometry(attrs);
  const makesDy = ({ outShape }: ConvInfo) => util.arraysEqual(outShape, dy.shape);
  if (makesDy(asked) || typeof attrs.pad === 'string' || attrs.dimRoundingMode !== undefined) return asked;
  const others = (['floor', 'round', 'ceil'] as const).map((dimRoundingMode) =>
    geometry({ ...attrs, dimRoundingMode }),
  );
  return others.find(makesDy) ?? asked;
}

/** Geometry for the shapes of input and filter; throws tfjs-core's own errors for some that do not fit. */
export function convInfo(inShape: number[], filterShape: number[], attrs: ConvAttrs, depthwise = false): ConvInfo {
  checkRank('the input', inShape, 4);
  checkRank('the filter', filterShape, 4);
  checkedSize(filterShape);
  const info = backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
    attrs.dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  );
  checkWindows(info, 0);
  demand(
    info.inChannels === filterShape[2],
    () => `the input [${inShape}] has ${info.inChannels} channels, the filter [${filterShape}] needs ${filterShape[2]}`,
  );
  return info;
}

/** `ConvShape` of native/conv.h. */
export function convParameters(info: ConvInfo): Float64Array {
  return Float64Array.of(
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.outChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
  );
}

/** True for the convolutions that are native: float32 in NHWC. */
export function isNative(attrs: ConvAttrs, ...tensors: TensorInfo[]): boolean {
  return attrs.dataFormat === 'NHWC' && tensors.every((tensor) => tensor.dtype === 'float32');
}
