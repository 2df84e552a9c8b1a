/**
 * `Conv2DBackpropFilter` as a product of transposed windows of x and dy. The backend has one thread for each number of the filter,
 * which sums over the whole batch.
 */

import type { Conv2DBackpropFilterAttrs, Conv2DBackpropFilterInputs } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { geometryOf, isPlain, keyOf, readWindow } from './geometry.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type FilterGradient = WebgpuKernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>;

/**
 * dW[kh, kw, i, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · dy[n, oh, ow, o]: rows are (kh, kw, i), columns o, the sum is over (n, oh, ow).
 * Wraps the backend's kernel, which still runs for NCHW.
 */
export function filterGradient(original: FilterGradient): FilterGradient {
  return (call) => {
    const { x, dy } = call.inputs;
    const { filterShape } = call.attrs;
    const geometry = geometryOf(x.shape, filterShape, call.attrs);
    const { batchSize, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = geometry;
    const size = {
      batches: 1,
      rows: filterHeight * filterWidth * inChannels,
      columns: outChannels,
      inner: batchSize * outHeight * outWidth,
    };
    if (!isPlain(geometry, x) || !fitsTiles(size)) return original(call);
    return runTiledProduct(call.backend as unknown as FusedRunner, {
      name: `filterGradient_${keyOf(geometry)}`,
      inputs: { x, dy },
      ...size,
      a: { beside: 'outer', code: readWindow(geometry, 'inner', 'row') },
      b: { beside: 'outer', code: `return dy[inner * ${outChannels} + column];` },
      place: `return row * ${outChannels} + column;`,
      shape: filterShape,
    });
  };
}
