/** Bias and activation that tfjs fuses with a product or a convolution. */

import { sizeOf } from '@t2i/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';

/** The order of `enum Activation` in native/activation.h. */
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'];

/** The operations after the product; bias and slopes hold one number per output column. */
export interface FusedTail {
  readonly bias: TensorInfo | undefined;
  readonly activation: string | undefined;
  /** Slope of the negative side, for `leakyrelu`. */
  readonly alpha: number;
  /** Slopes of the negative side, for `prelu`. */
  readonly slopes: TensorInfo | undefined;
}

/** `FusedTail::from` of native/activation.h. */
export type TailArguments = [
  bias: Float32Array | undefined,
  activation: number,
  alpha: number,
  slopes: Float32Array | undefined,
];

/** Only the product. */
export const NO_TAIL: FusedTail = { bias: undefined, activation: undefined, alpha: 0, slopes: undefined };

/** The tail of a fused kernel of tfjs, or undefined if bias or slopes are not one float32 per column (the cpu kernel then runs). */
export function fusableTail(
  inputs: { readonly bias?: TensorInfo; readonly preluActivationWeights?: TensorInfo },
  attrs: { readonly activation?: string; readonly leakyreluAlpha?: number },
  columns: number,
): FusedTail | undefined {
  const { bias, preluActivationWeights: slopes } = inputs;
  const fits = (info: TensorInfo | undefined) =>
    info === undefined || (info.dtype === 'float32' && info.shape.at(-1) === columns && sizeOf(info.shape) === columns);
  if (!fits(bias) || !fits(slopes)) return undefined;
  return { bias, activation: attrs.activation, alpha: attrs.leakyreluAlpha ?? 0, slopes };
}

/** The tail as arguments of native code. */
export function tailArguments(backend: NativeBackend, { bias, activation, alpha, slopes }: FusedTail): TailArguments {
  const code = ACTIVATIONS.indexOf(activation ?? 'linear');
  demand(code >= 0, () => `unknown activation "${activation}"`);
  demand(activation !== 'prelu' || slopes !== undefined, () => 'prelu needs its slopes');
  return [bias && backend.floats(bias), code, alpha, slopes && backend.floats(slopes)];
}
