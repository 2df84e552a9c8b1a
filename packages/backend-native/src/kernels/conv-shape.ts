/** The geometry of a convolution, computed and checked by tfjs-core, in the form that native code takes. */

import { assert, sizeOf } from '@t2i/core';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';

type ConvInfo = backend_util.Conv2DInfo;
type Pair = [number, number] | number;

/** The attributes that all convolution kernels of tfjs-core share. */
export interface ConvAttrs {
  readonly strides: Pair;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: Pair;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Geometry for input and filter shapes in NHWC; throws tfjs-core's own errors for shapes that do not fit. */
export function convInfo(inShape: number[], filterShape: number[], attrs: ConvAttrs): ConvInfo {
  return backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    'channelsLast',
  );
}

/** `ConvShape` of native/conv.h. */
export function convParameters(info: ConvInfo): Int32Array {
  return Int32Array.of(
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

/** Native code reads as many numbers as the geometry says: a tensor of any other size must not reach it. */
export function checkSize(what: string, info: TensorInfo, shape: number[]): void {
  assert(sizeOf(info.shape) === sizeOf(shape), `${what} has shape [${info.shape}], the convolution needs [${shape}]`);
}

/** True for the convolutions that are native: float32 in NHWC. */
export function isNative(attrs: ConvAttrs, ...tensors: TensorInfo[]): boolean {
  return attrs.dataFormat === 'NHWC' && tensors.every((tensor) => tensor.dtype === 'float32');
}
