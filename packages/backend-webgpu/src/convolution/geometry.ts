/** The index arithmetic of a convolution: its sizes, and the windows of x in WGSL. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';

export type Geometry = backend_util.Conv2DInfo;

/** The common attributes of tfjs's convolution kernels. */
interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
}

export function geometryOf(xShape: readonly number[], filterShape: readonly number[], attrs: Attributes): Geometry {
  type Shape = [number, number, number, number];
  const { strides, pad, dimRoundingMode, dataFormat, dilations = 1 } = attrs;
  return backend_util.computeConv2DInfo(
    ...([xShape as Shape, filterShape as Shape, strides, dilations, pad, dimRoundingMode, false] as const),
    backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** NHWC in float32 without dilations, which the products here support. */
export function isPlain({ dataFormat, dilationHeight, dilationWidth }: Geometry, { dtype }: TensorInfo): boolean {
  return dataFormat === 'channelsLast' && dilationHeight === 1 && dilationWidth === 1 && dtype === 'float32';
}

/** The key of a program: all numbers that it contains. */
export function keyOf({ inShape, filterShape, outShape, strideHeight, strideWidth, padInfo }: Geometry): string {
  return `${[inShape, filterShape, outShape, strideHeight, strideWidth, padInfo.top, padInfo.left]}`;
}

/**
 * WGSL that ends with `return` and x[n, oh·s + kh − top, ow·s + kw − left, i], zero beyond the border.
 * @param place name of the number of (n, oh, ow)
 * @param tap name of the number of (kh, kw, i)
 */
export function readWindow(geometry: Geometry, place: string, tap: string): string {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterWidth } = geometry;
  const { strideHeight, strideWidth, padInfo } = geometry;
  return `let window = ${tap} / ${inChannels};
          let h = ${place} / ${outWidth} % ${outHeight} * ${strideHeight} + window / ${filterWidth} - ${padInfo.top};
          let w = ${place} % ${outWidth} * ${strideWidth} + window % ${filterWidth} - ${padInfo.left};
          if (h < 0 || h >= ${inHeight} || w < 0 || w >= ${inWidth}) { return 0.0; }
          let image = ${place} / ${outHeight * outWidth};
          return x[((image * ${inHeight} + h) * ${inWidth} + w) * ${inChannels} + ${tap} % ${inChannels}];`;
}
