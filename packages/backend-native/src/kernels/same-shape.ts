/** The rule of elementwise kernels: the result has the shape of x, which the gate has checked. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RuleCall } from '../kernel.ts';

export function shapeOfX({ inputs }: RuleCall<{ x: TensorInfo }, object>): number[] {
  return inputs.x.shape;
}
