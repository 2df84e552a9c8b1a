/** G: noise and a caption embedding to an image. The paper, figure 2 left; main_cls.lua:93-194. */

import * as tfl from '@tensorflow/tfjs-layers';
import { projectText, residualBottleneck, upsample } from './blocks.ts';
import { channelsAt as channelsOf, type GeneratorConfig } from './config.ts';
import type { LayerKit } from './layer-kit.ts';

/**
 * Builds G: [n, noiseDim] and [n, embeddingDim] → [n, imageSize, imageSize, 3] in [-1, 1].
 * Layers are named by the side of their output.
 */
export function buildGenerator(config: GeneratorConfig, kit: LayerKit): tfl.LayersModel {
  const { imageSize, noiseDim, embeddingDim, projectedDim, residual } = config;
  const channelsAt = (side: number) => channelsOf(config, side);

  const noise = tfl.input({ shape: [noiseDim], name: 'noise' });
  const embedding = tfl.input({ shape: [embeddingDim], name: 'embedding' });
  const code = [noise, projectText(kit, embedding, projectedDim)]; // z first, as the authors join them
  const joined = tfl.layers.concatenate({ name: 'code' }).apply(code) as tfl.SymbolicTensor;

  // a transposed 4×4 convolution of a single pixel is a matrix product
  const flat = kit.multiply(joined, 'deconv4', 4 * 4 * channelsAt(4));
  const targetShape = [4, 4, channelsAt(4)];
  let x = tfl.layers.reshape({ targetShape, name: 'deconv4/shape' }).apply(flat) as tfl.SymbolicTensor;
  for (let side = 4; side < imageSize; side *= 2) {
    if (side > 4) x = upsample(x, `deconv${side}`, { filters: channelsAt(side) });
    const bottleneck = residual && side <= 8;
    x = kit.normalise(x, `norm${side}`, bottleneck ? 'linear' : 'relu'); // before a bottleneck nothing rectifies
    if (bottleneck) x = residualBottleneck(kit, x, `residual${side}`, 'relu');
  }
  const image = upsample(x, `deconv${imageSize}`, { filters: 3, activation: 'tanh' });
  return tfl.model({ inputs: [noise, embedding], outputs: image, name: 'generator' });
}
