/** The weighted sum of `@t2i/ops` in one pass over memory. */

import type { WeightedSumAttrs, WeightedSumInputs } from '@t2i/ops';
import { WEIGHTED_SUM } from '@t2i/ops';
import { nativeFunction } from '../binding.ts';
import { defineKernel } from '../kernel.ts';
import { assertSizes } from './sizes.ts';

const weightedSum = nativeFunction<(...arguments_: (Float32Array | number)[]) => void>('weightedSum');

export const weightedSumKernel = defineKernel<WeightedSumInputs, WeightedSumAttrs>(WEIGHTED_SUM, (call) => {
  const { inputs, attrs, backend } = call;
  const { a, b } = inputs;
  assertSizes(WEIGHTED_SUM, a.shape, { b });
  const out = backend.allocate(a.shape, 'float32');
  weightedSum(...[a, b, out].map((tensor) => backend.floats(tensor)), attrs.weightA, attrs.weightB);
  return [out];
});
