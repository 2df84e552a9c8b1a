/** G: noise and a sentence embedding to an image. The paper, figure 2 left; main_cls.lua:93-194. */

import * as tfl from '@tensorflow/tfjs-layers';
import { type GanClsConfig, stageCount } from './config.ts';
import { multiply, projectText, residualBottleneck, upsample } from './layers.ts';
import type { Normalise } from './normalisation.ts';

/**
 * Builds G: [n, noiseDim] and [n, embeddingDim] → [n, imageSize, imageSize, 3] in [-1, 1].
 * Layers are named by the side of their output. Weights start at zero; `initialise` draws them.
 */
export function buildGenerator(config: GanClsConfig, normalise: Normalise): tfl.LayersModel {
  const { noiseDim, embeddingDim, projectedDim, generatorFilters, residual } = config;
  const stages = stageCount(config);
  const channelsAt = (side: number) => (generatorFilters * 2 ** (stages + 1)) / side; // 4: 8·ngf, 8: 4·ngf, … at 64×64

  const noise = tfl.input({ shape: [noiseDim], name: 'noise' });
  const embedding = tfl.input({ shape: [embeddingDim], name: 'embedding' });
  const code = [noise, projectText(embedding, projectedDim)];
  const joined = tfl.layers.concatenate({ name: 'code' }).apply(code) as tfl.SymbolicTensor; // z first, as the authors join

  // a transposed 4×4 convolution of a single pixel is a matrix product
  const flat = multiply(joined, 'deconv4', 4 * 4 * channelsAt(4));
  const targetShape = [4, 4, channelsAt(4)];
  let x = tfl.layers.reshape({ targetShape, name: 'deconv4/shape' }).apply(flat) as tfl.SymbolicTensor;
  for (let side = 4; side < config.imageSize; side *= 2) {
    if (side > 4) x = upsample(x, `deconv${side}`, { filters: channelsAt(side) });
    const bottleneck = residual && side <= 8;
    x = normalise(x, `norm${side}`, bottleneck ? 'linear' : 'relu'); // before a bottleneck nothing rectifies
    if (bottleneck) x = residualBottleneck(x, `residual${side}`, 'relu', normalise);
  }
  const image = upsample(x, `deconv${config.imageSize}`, { filters: 3, activation: 'tanh' });
  return tfl.model({ inputs: [noise, embedding], outputs: image, name: 'generator' });
}
