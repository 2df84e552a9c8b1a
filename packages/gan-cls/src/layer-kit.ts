/**
 * The kinds of layers that generator and discriminator are built from. Two kits make them: `trainingLayers` and `stockLayers`.
 * Models of both have the same weights under the same names. NHWC; no convolution has a bias (the authors zero them before every evaluation, main_cls.lua:321-322).
 */

import type { RectifierName } from '@t2i/ops';
import type * as tfl from '@tensorflow/tfjs-layers';

/** Slope of every leaky ReLU below zero. */
export const LEAKY_SLOPE = 0.2;

/** Torch's epsilon of batch normalisation, and its momentum of 0.1 as tfjs counts it: the part of the old that is kept. */
export const NORM_EPSILON = 1e-5;
export const NORM_MOMENTUM = 0.9;

/** Each adds layers to a model in the making, named `name` or `name/…`. Weights start at zero; `initialise` samples them. */
export interface LayerKit {
  /** A square convolution, padded so that the side is divided by the stride. */
  convolve(
    x: tfl.SymbolicTensor,
    name: string,
    shape: { readonly filters: number; readonly kernelSize: number; readonly strides?: number },
  ): tfl.SymbolicTensor;
  /** A product of rows with a matrix; with a bias only in the text projections. */
  multiply(x: tfl.SymbolicTensor, name: string, units: number, useBias?: boolean): tfl.SymbolicTensor;
  /** Batch normalisation and what rectifies after it. */
  normalise(x: tfl.SymbolicTensor, name: string, activation: RectifierName): tfl.SymbolicTensor;
  /** A rectifier where nothing is normalised before it. */
  rectify(x: tfl.SymbolicTensor, name: string, activation: RectifierName): tfl.SymbolicTensor;
}
