/**
 * `Conv2DBackpropFilter` as a product: windows of x, turned over, by dy. The engine has one thread for each number of the filter,
 * which sums over the whole batch.
 */

import type { Conv2DBackpropFilterAttrs, Conv2DBackpropFilterInputs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type FilterGradient = WebgpuKernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>;

/**
 * dW[kh, kw, i, o] = Σ x[n, oh·s + kh − top, ow·s + kw − left, i] · dy[n, oh, ow, o]: rows are (kh, kw, i), columns o, the sum is over (n, oh, ow).
 * Wraps the engine's kernel, which keeps NCHW.
 */
export function filterGradient(original: FilterGradient): FilterGradient {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { x, dy } = inputs;
    const { strides, pad, dimRoundingMode, dataFormat, filterShape } = attrs;
    const layout = backend_util.convertConv2DDataFormat(dataFormat);
    const info = backend_util.computeConv2DInfo(
      ...([x.shape as [number, number, number, number], filterShape, strides, 1] as const),
      ...([pad, dimRoundingMode, false, layout] as const),
    );
    const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
    const size = {
      batches: 1,
      rows: filterHeight * filterWidth * inChannels,
      columns: outChannels,
      inner: info.batchSize * outHeight * outWidth,
    };
    if (layout !== 'channelsLast' || x.dtype !== 'float32' || !fitsTiles(size)) return original(call);
    const { strideHeight, strideWidth, padInfo } = info;
    return runTiledProduct(backend as unknown as FusedRunner, {
      name: `filterGradient_${[x.shape, filterShape, dy.shape, strideHeight, strideWidth, padInfo.top, padInfo.left]}`,
      inputs: { x, dy },
      ...size,
      a: {
        beside: 'outer',
        code: `let channel = row % ${inChannels};
          let window = row / ${inChannels};
          let y = inner / ${outWidth} % ${outHeight} * ${strideHeight} + window / ${filterWidth} - ${padInfo.top};
          let x0 = inner % ${outWidth} * ${strideWidth} + window % ${filterWidth} - ${padInfo.left};
          if (y < 0 || y >= ${inHeight} || x0 < 0 || x0 >= ${inWidth}) { return 0.0; }
          return x[((inner / ${outHeight * outWidth} * ${inHeight} + y) * ${inWidth} + x0) * ${inChannels} + channel];`,
      },
      b: { beside: 'outer', code: `return dy[inner * ${outChannels} + column];` },
      place: `return row * ${outChannels} + column;`,
      shape: filterShape,
    });
  };
}
