/** Activations that tfjs fuses behind a product or a convolution. */

import { assert } from '@t2i/core';

/** The order of `enum Activation` in native/activation.h. */
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'];

/** The number by which native code knows a fused activation of tfjs. */
export function activationCode(activation: string | undefined): number {
  const code = ACTIVATIONS.indexOf(activation ?? 'linear');
  assert(code >= 0, `unknown activation "${activation}"`);
  return code;
}
