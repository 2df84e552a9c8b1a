/**
 * `Conv2D` to small images as one product for the whole batch. The backend has tiles for each image of its own, which images of 4 × 4 pixels
 * fill to a quarter.
 */

import type { Conv2DAttrs, Conv2DInputs } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { geometryOf, isPlain, keyOf, readWindow } from './geometry.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type Convolution = WebgpuKernel<Conv2DInputs, Conv2DAttrs>;

/** Pixels of the result from which on the backend's tiles are full. */
const LARGE = 64;
/** With fewer channels most of a tile would be empty. */
const FEWEST_CHANNELS = 16;

/**
 * y[n, oh, ow, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · W[kh, kw, i, o]: rows are (n, oh, ow), columns o, the sum is over (kh, kw, i).
 * Wraps the backend's kernel, which keeps NCHW, dilations, large images, few channels and single pixels of the filter: products as they are.
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
