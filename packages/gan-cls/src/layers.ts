/** The building blocks that generator and discriminator share. NHWC; no convolution has a bias (SPEC A2.4). */

import type { RectifierName } from '@t2i/ops';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Normalise, rectify } from './normalisation.ts';

/** Adds a convolution named `name` without a bias. Weights start at zero; `initialise` draws them. */
export function convolve(
  x: tfl.SymbolicTensor,
  name: string,
  { filters, kernelSize, strides = 1 }: { filters: number; kernelSize: number; strides?: number },
): tfl.SymbolicTensor {
  // 'same' pads a 4×4 kernel of stride 2 by one on each side, as Torch's padding of 1 does
  const settings = { name, filters, kernelSize, strides, padding: 'same', useBias: false } as const;
  return tfl.layers.conv2d({ ...settings, kernelInitializer: 'zeros' }).apply(x) as tfl.SymbolicTensor;
}

/** Adds a transposed convolution, kernel 4×4 and stride 2, without a bias: it doubles height and width. */
export function upsample(
  x: tfl.SymbolicTensor,
  name: string,
  { filters, activation = 'linear' }: { filters: number; activation?: 'linear' | 'tanh' },
): tfl.SymbolicTensor {
  const settings = { name, filters, kernelSize: 4, strides: 2, padding: 'same', useBias: false, activation } as const;
  return tfl.layers.conv2dTranspose({ ...settings, kernelInitializer: 'zeros' }).apply(x) as tfl.SymbolicTensor;
}

/** Adds a product with a matrix. Only the text projections have a bias; the others stand for convolutions. */
export function multiply(x: tfl.SymbolicTensor, name: string, units: number, useBias = false): tfl.SymbolicTensor {
  return tfl.layers.dense({ name, units, useBias, kernelInitializer: 'zeros' }).apply(x) as tfl.SymbolicTensor;
}

/** φ(t) → projectedDim numbers with leaky ReLU, in G and in D (the paper, section 4.1). */
export function projectText(
  embedding: tfl.SymbolicTensor,
  projectedDim: number,
  normalise?: Normalise,
): tfl.SymbolicTensor {
  const projected = multiply(embedding, 'text', projectedDim, true);
  if (normalise !== undefined) return normalise(projected, 'text/norm', 'leakyRelu');
  return rectify(projected, 'text/rectifier', 'leakyRelu');
}

/**
 * act(x + F(x)) with F a bottleneck of 1×1, 3×3 and 3×3 convolutions over a quarter of the channels
 * (main_cls.lua:108-121, :144-157 and :215-227; not in the paper's figure).
 */
export function residualBottleneck(
  x: tfl.SymbolicTensor,
  name: string,
  activation: RectifierName,
  normalise: Normalise,
): tfl.SymbolicTensor {
  const channels = x.shape.at(-1)!;
  const middle = channels / 4;
  const narrow = normalise(
    convolve(x, `${name}/conv1`, { filters: middle, kernelSize: 1 }),
    `${name}/norm1`,
    activation,
  );
  const spatial = normalise(
    convolve(narrow, `${name}/conv2`, { filters: middle, kernelSize: 3 }),
    `${name}/norm2`,
    activation,
  );
  const wide = normalise(
    convolve(spatial, `${name}/conv3`, { filters: channels, kernelSize: 3 }),
    `${name}/norm3`,
    'linear',
  );
  const sum = tfl.layers.add({ name: `${name}/add` }).apply([x, wide]) as tfl.SymbolicTensor;
  return rectify(sum, `${name}/rectifier`, activation);
}
