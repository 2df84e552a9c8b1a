/**
 * `Conv2D` to small images as one product for the whole batch. The backend has separate tiles for each image; images of 4 × 4 pixels
 * fill only a quarter of them.
 */

import type { Conv2DAttrs, Conv2DInputs } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { geometryOf, isPlain, keyOf, readWindow } from './geometry.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type Convolution = WebgpuKernel<Conv2DInputs, Conv2DAttrs>;

/** The backend's tiles are full for results with at least this many pixels. */
const LARGE = 64;
/** With fewer channels most of a tile would be empty. */
const FEWEST_CHANNELS = 16;

/**
 * y[n, oh, ow, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · W[kh, kw, i, o]: rows are (n, oh, ow), columns o, the sum is over (kh, kw, i).
 * Wraps the backend's kernel, which still runs for NCHW, dilations, large images, few channels and filters of one pixel, which are plain products.
 */
export function convolutionToSmallImages(original: Convolution): Convolution {
  return (call) => {
    const { x, filter } = call.inputs;
    const geometry = geometryOf(x.shape, filter.shape, call.attrs);
    const { batchSize, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = geometry;
    const size = {
      batches: 1,
      rows: batchSize * outHeight * outWidth,
      columns: outChannels,
      inner: filterHeight * filterWidth * inChannels,
    };
    const large = outHeight * outWidth >= LARGE || filterHeight * filterWidth === 1;
    const narrow = inChannels < FEWEST_CHANNELS || outChannels < FEWEST_CHANNELS;
    if (!isPlain(geometry, x) || large || narrow || !fitsTiles(size)) return original(call);
    return runTiledProduct(call.backend as unknown as FusedRunner, {
      name: `convolution_${keyOf(geometry)}`,
      inputs: { x, weights: filter },
      ...size,
      a: { beside: 'inner', code: readWindow(geometry, 'row', 'inner') },
      b: { beside: 'outer', code: `return weights[inner * ${outChannels} + column];` },
      place: `return row * ${outChannels} + column;`,
      shape: geometry.outShape,
    });
  };
}
