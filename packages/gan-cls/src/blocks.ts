/** What generator and discriminator share. */

import type { RectifierName } from '@t2i/ops';
import * as tfl from '@tensorflow/tfjs-layers';
import type { LayerKit } from './layer-kit.ts';

/** φ(t) → projectedDim numbers with leaky ReLU, in G and in D (the paper, section 4.1). */
export function projectText(
  kit: LayerKit,
  embedding: tfl.SymbolicTensor,
  projectedDim: number,
  batchNorm = false,
): tfl.SymbolicTensor {
  const projected = kit.multiply(embedding, 'text', projectedDim, true);
  if (batchNorm) return kit.normalise(projected, 'text/norm', 'leakyRelu');
  return kit.rectify(projected, 'text/rectifier', 'leakyRelu');
}

/**
 * act(x + F(x)) with F a bottleneck of 1×1, 3×3 and 3×3 convolutions over a quarter of the channels
 * (main_cls.lua:108-121, :144-157 and :215-227; not in the paper's figure).
 */
export function residualBottleneck(
  kit: LayerKit,
  x: tfl.SymbolicTensor,
  name: string,
  activation: RectifierName,
): tfl.SymbolicTensor {
  const channels = x.shape.at(-1)!;
  const filters = channels / 4;
  let y = kit.convolve(x, `${name}/conv1`, { filters, kernelSize: 1 });
  y = kit.normalise(y, `${name}/norm1`, activation);
  y = kit.convolve(y, `${name}/conv2`, { filters, kernelSize: 3 });
  y = kit.normalise(y, `${name}/norm2`, activation);
  y = kit.convolve(y, `${name}/conv3`, { filters: channels, kernelSize: 3 });
  y = kit.normalise(y, `${name}/norm3`, 'linear');
  const sum = tfl.layers.add({ name: `${name}/add` }).apply([x, y]) as tfl.SymbolicTensor;
  return kit.rectify(sum, `${name}/rectifier`, activation);
}

/** A transposed convolution, kernel 4×4 and stride 2, without a bias: it doubles height and width. The same in every kit. */
export function upsample(
  x: tfl.SymbolicTensor,
  name: string,
  { filters, activation = 'linear' }: { filters: number; activation?: 'linear' | 'tanh' },
): tfl.SymbolicTensor {
  const settings = { filters, kernelSize: 4, strides: 2, padding: 'same', useBias: false, activation } as const;
  const layer = tfl.layers.conv2dTranspose({ name, ...settings, kernelInitializer: 'zeros' });
  return layer.apply(x) as tfl.SymbolicTensor;
}
