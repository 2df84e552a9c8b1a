/** The weighted sum of `@t2i/ops` in one pass over memory. */

import type { WeightedSumAttrs, WeightedSumInputs } from '@t2i/ops';
import { WEIGHTED_SUM } from '@t2i/ops';
import { nativeFunction } from '../binding.ts';
import { defineKernel, type RuleCall } from '../kernel.ts';
import { checkNumbers, checkShapes } from '../sizes.ts';

const weightedSum = nativeFunction<(...arguments_: (Float32Array | number)[]) => void>('weightedSum');

function rule({ inputs: { a, b }, attrs }: RuleCall<WeightedSumInputs, WeightedSumAttrs>): void {
  checkShapes(a.shape, { b });
  checkNumbers({ weightA: attrs.weightA, weightB: attrs.weightB });
}

export const weightedSumKernel = defineKernel(WEIGHTED_SUM, rule, ({ inputs, attrs, backend }) => {
  const { a, b } = inputs;
  const out = backend.allocate(a.shape, 'float32');
  weightedSum(...[a, b, out].map((tensor) => backend.floats(tensor)), attrs.weightA, attrs.weightB);
  return [out];
});
