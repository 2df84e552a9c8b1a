/**
 * D: is this image real, and does it match this caption? The paper, figure 2 right; main_cls.lua:197-254.
 * In two parts, so that an image compared with two captions passes the convolutions once.
 */

import * as tfl from '@tensorflow/tfjs-layers';
import { projectText } from './blocks.ts';
import type { GanClsConfig } from './config.ts';
import { convolveImage, type TrunkConfig, widestChannels } from './image-trunk.ts';
import type { LayerKit } from './layer-kit.ts';

/** D's two parts. The paper joins image and text by depth-concatenation and a 1×1 convolution, W·[f ; t] = W_f·f + W_t·t. */
export interface Discriminator {
  /** [n, imageSize, imageSize, 3] → W_f·f, [n, 4, 4, C]: everything that depends on the image alone. */
  readonly trunk: tfl.LayersModel;
  /** W_f·f [n, 4, 4, C] and embeddings [n, embeddingDim] → logits [n, 1]. */
  readonly head: tfl.LayersModel;
}

/** Builds D. Layers are named by the side of their output. */
export function buildDiscriminator(config: GanClsConfig, kit: LayerKit): Discriminator {
  return { trunk: buildTrunk(config, kit), head: buildHead(config, kit) };
}

function buildTrunk(config: GanClsConfig, kit: LayerKit): tfl.LayersModel {
  const { imageSize } = config;
  const image = tfl.input({ shape: [imageSize, imageSize, 3], name: 'image' });
  const features = convolveImage(kit, image, trunkOf(config));
  const joint = kit.convolve(features, 'joint/image', { filters: widestChannels(trunkOf(config)), kernelSize: 1 });
  return tfl.model({ inputs: image, outputs: joint, name: 'trunk' });
}

function buildHead(config: GanClsConfig, kit: LayerKit): tfl.LayersModel {
  const channels = widestChannels(trunkOf(config));
  const fromImage = tfl.input({ shape: [4, 4, channels], name: 'features' });
  const embedding = tfl.input({ shape: [config.embeddingDim], name: 'embedding' });
  const text = projectText(kit, embedding, config.projectedDim, config.textBatchNorm);
  const targetShape = [1, 1, channels]; // the same at each of the 4×4 places: broadcast instead of replicated
  const fromText = tfl.layers
    .reshape({ targetShape, name: 'joint/shape' })
    .apply(kit.multiply(text, 'joint/text', channels));
  const sum = tfl.layers.add({ name: 'joint/add' }).apply([fromImage, fromText as tfl.SymbolicTensor]);
  const joint = kit.normalise(sum as tfl.SymbolicTensor, 'joint/norm', 'leakyRelu');
  // a 4×4 convolution of a 4×4 map to one number is a matrix product
  const flat = tfl.layers.flatten({ name: 'score/shape' }).apply(joint) as tfl.SymbolicTensor;
  return tfl.model({ inputs: [fromImage, embedding], outputs: kit.multiply(flat, 'score', 1), name: 'head' });
}

function trunkOf({ imageSize, discriminatorFilters, residual, leakyAfterThird }: GanClsConfig): TrunkConfig {
  return { imageSize, filters: discriminatorFilters, residual, leakyAfterThird };
}
