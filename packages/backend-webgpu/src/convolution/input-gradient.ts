/**
 * `Conv2DBackpropInput`, the transposed convolution of a generator, as products of windows of dy and the filter.
 * With a stride s, pixels at a distance of s use the same s-th part of the filter. Each of these s × s sets is a product of its own;
 * the backend multiplies by the zeros between strides instead.
 */

import type { Conv2DBackpropInputAttrs, Conv2DBackpropInputInputs } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import type { WebgpuKernel } from '../kernel.ts';
import { geometryOf, isPlain, keyOf } from './geometry.ts';
import { fitsTiles, runTiledProduct } from './tiled-product.ts';

type InputGradient = WebgpuKernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>;

/** With fewer channels most of a tile would be empty, and the backend's program is faster. */
const FEWEST_CHANNELS = 16;

/**
 * dx[n, h, w, i] = Σ dy[n, (h + top − kh)/s, (w + left − kw)/s, o] · W[kh, kw, i, o] over the kh and kw that s divides:
 * rows are the (n, h, w) of a set of pixels, columns i, the sum is over (kh, kw, o).
 * Wraps the backend's kernel, which still runs for NCHW and few channels.
 */
export function inputGradient(original: InputGradient): InputGradient {
  return (call) => {
    const { dy, filter } = call.inputs;
    const { inputShape } = call.attrs;
    const geometry = geometryOf(inputShape, filter.shape, call.attrs);
    const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
    const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = geometry;
    const [height, width] = [Math.ceil(inHeight / strideHeight), Math.ceil(inWidth / strideWidth)]; // of a set of pixels
    const reach = Math.ceil(filterWidth / strideWidth); // of a part of the filter
    const size = {
      batches: strideHeight * strideWidth,
      rows: batchSize * height * width,
      columns: inChannels,
      inner: Math.ceil(filterHeight / strideHeight) * reach * outChannels,
    };
    if (!isPlain(geometry, dy) || inChannels < FEWEST_CHANNELS || !fitsTiles(size)) return original(call);
    const pixel = `let h = row / ${width} % ${height} * ${strideHeight} + batch / ${strideWidth};
          let w = row % ${width} * ${strideWidth} + batch % ${strideWidth};`;
    const tap = `let kh = (batch / ${strideWidth} + ${padInfo.top}) % ${strideHeight} + inner / ${reach * outChannels} * ${strideHeight};
          let kw = (batch % ${strideWidth} + ${padInfo.left}) % ${strideWidth} + inner / ${outChannels} % ${reach} * ${strideWidth};
          if (kh >= ${filterHeight} || kw >= ${filterWidth}) { return 0.0; }
          let channel = inner % ${outChannels};`;
    return runTiledProduct(call.backend as unknown as FusedRunner, {
      name: `inputGradient_${keyOf(geometry)}`,
      inputs: { dy, weights: filter },
      ...size,
      a: {
        beside: 'inner',
        code: `${pixel}
          ${tap}
          let y = h + ${padInfo.top} - kh;
          let x = w + ${padInfo.left} - kw;
          if (y < 0 || y >= ${outHeight * strideHeight} || x < 0 || x >= ${outWidth * strideWidth}) { return 0.0; }
          let image = row / ${height * width};
          return dy[((image * ${outHeight} + y / ${strideHeight}) * ${outWidth} + x / ${strideWidth}) * ${outChannels} + channel];`,
      },
      b: {
        beside: 'inner',
        code: `${tap}
          return weights[((kh * ${filterWidth} + kw) * ${inChannels} + column) * ${outChannels} + channel];`,
      },
      place: `${pixel}
          if (h >= ${inHeight} || w >= ${inWidth}) { return -1; }
          return ((row / ${height * width} * ${inHeight} + h) * ${inWidth} + w) * ${inChannels} + column;`,
      shape: inputShape,
    });
  };
}
