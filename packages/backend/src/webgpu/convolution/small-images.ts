/**
 * `Conv2D` to small images as one product for the whole batch. The engine has tiles for each image of its own, which images of 4 × 4 pixels
 * fill to a quarter.
 */

import type { Conv2DAttrs, Conv2DInputs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type Convolution = WebgpuKernel<Conv2DInputs, Conv2DAttrs>;

/** Pixels of the result from which on the engine's tiles are full. */
const LARGE = 64;
/** With fewer channels most of a tile would be empty. */
const FEWEST_CHANNELS = 16;

/**
 * y[n, oh, ow, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · W[kh, kw, i, o]: rows are (n, oh, ow), columns o, the sum is over (kh, kw, i).
 * Wraps the engine's kernel, which keeps NCHW, dilations, large images, few channels and single pixels of the filter: products as they are.
 */
export function convolutionToSmallImages(original: Convolution): Convolution {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { x, filter } = inputs;
    const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
    const layout = backend_util.convertConv2DDataFormat(dataFormat);
    type Shape = [number, number, number, number];
    const info = backend_util.computeConv2DInfo(
      ...([x.shape as Shape, filter.shape as Shape, strides, dilations] as const),
      ...([pad, dimRoundingMode, false, layout] as const),
    );
    const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
    const size = {
      batches: 1,
      rows: info.batchSize * outHeight * outWidth,
      columns: outChannels,
      inner: filterHeight * filterWidth * inChannels,
    };
    const plain = layout === 'channelsLast' && info.dilationHeight === 1 && info.dilationWidth === 1;
    const large = outHeight * outWidth >= LARGE || filterHeight * filterWidth === 1;
    const narrow = inChannels < FEWEST_CHANNELS || outChannels < FEWEST_CHANNELS;
    if (!plain || large || narrow || x.dtype !== 'float32' || !fitsTiles(size)) return original(call);
    const { strideHeight, strideWidth, padInfo, outShape } = info;
    return runTiledProduct(backend as unknown as FusedRunner, {
      name: `convolution_${[x.shape, filter.shape, outShape, strideHeight, strideWidth, padInfo.top, padInfo.left]}`,
      inputs: { x, weights: filter },
      ...size,
      a: {
        beside: 'inner',
        code: `let channel = inner % ${inChannels};
          let window = inner / ${inChannels};
          let h = row / ${outWidth} % ${outHeight} * ${strideHeight} + window / ${filterWidth} - ${padInfo.top};
          let w = row % ${outWidth} * ${strideWidth} + window % ${filterWidth} - ${padInfo.left};
          if (h < 0 || h >= ${inHeight} || w < 0 || w >= ${inWidth}) { return 0.0; }
          return x[((row / ${outHeight * outWidth} * ${inHeight} + h) * ${inWidth} + w) * ${inChannels} + channel];`,
      },
      b: { beside: 'outer', code: `return weights[inner * ${outChannels} + column];` },
      place: `return row * ${outChannels} + column;`,
      shape: outShape,
    });
  };
}
