/** The layers of a model that is saved for plain TensorFlow.js: stock ones only. */

import * as tfl from '@tensorflow/tfjs-layers';
import { type LayerKit, LEAKY_SLOPE, NORM_EPSILON, NORM_MOMENTUM } from './layer-kit.ts';

const kernelInitializer = 'zeros';

export const stockLayers: LayerKit = {
  convolve(x, name, { filters, kernelSize, strides = 1 }) {
    const settings = { filters, kernelSize, strides, padding: 'same', useBias: false } as const;
    return tfl.layers.conv2d({ name, ...settings, kernelInitializer }).apply(x) as tfl.SymbolicTensor;
  },
  multiply(x, name, units, useBias = false) {
    return tfl.layers.dense({ name, units, useBias, kernelInitializer }).apply(x) as tfl.SymbolicTensor;
  },
  normalise(x, name, activation) {
    const layer = tfl.layers.batchNormalization({ name, momentum: NORM_MOMENTUM, epsilon: NORM_EPSILON });
    return this.rectify(layer.apply(x) as tfl.SymbolicTensor, `${name}/rectifier`, activation);
  },
  rectify(x, name, activation) {
    if (activation === 'linear') return x;
    const layer =
      activation === 'relu' ? tfl.layers.reLU({ name }) : tfl.layers.leakyReLU({ name, alpha: LEAKY_SLOPE });
    return layer.apply(x) as tfl.SymbolicTensor;
  },
};
