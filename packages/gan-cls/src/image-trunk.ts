/** The convolutions over an image: D's (the paper, figure 2 right; main_cls.lua:200-227), and the style encoder's. */

import type * as tfl from '@tensorflow/tfjs-layers';
import { residualBottleneck } from './blocks.ts';
import { type GanClsConfig, stageCount } from './config.ts';
import type { LayerKit } from './layer-kit.ts';

/** What decides a trunk. */
export interface TrunkConfig {
  readonly imageSize: GanClsConfig['imageSize'];
  /** Channels after the first stage; they double towards 4×4. */
  readonly filters: number;
  readonly residual: boolean;
  readonly leakyAfterThird: boolean;
}

/** Channels at 4×4. */
export function widestChannels({ imageSize, filters }: Pick<TrunkConfig, 'imageSize' | 'filters'>): number {
  return filters * 2 ** (stageCount({ imageSize }) - 1);
}

/** [n, imageSize, imageSize, 3] → [n, 4, 4, widestChannels]. Layers are named by the side of their output. */
export function convolveImage(kit: LayerKit, image: tfl.SymbolicTensor, config: TrunkConfig): tfl.SymbolicTensor {
  const { imageSize, residual, leakyAfterThird } = config;
  const channelsAt = (side: number) => (widestChannels(config) * 4) / side;
  const strided = (x: tfl.SymbolicTensor, side: number) =>
    kit.convolve(x, `conv${side}`, { filters: channelsAt(side), kernelSize: 4, strides: 2 });

  const first = imageSize / 2;
  let x = kit.rectify(strided(image, first), `conv${first}/rectifier`, 'leakyRelu'); // the first is not normalised
  for (let side = first / 2; side >= 4; side /= 2) {
    const linear = (side === 8 && !leakyAfterThird) || (side === 4 && residual);
    x = kit.normalise(strided(x, side), `norm${side}`, linear ? 'linear' : 'leakyRelu');
  }
  return residual ? residualBottleneck(kit, x, 'residual4', 'leakyRelu') : x;
}
