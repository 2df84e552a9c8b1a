/** The Adam update of `@t2i/ops` in one pass over memory (Kingma and Ba 2015, Algorithm 1). */

import type { AdamAttrs, AdamInputs } from '@t2i/ops';
import { ADAM } from '@t2i/ops';
import { nativeFunction } from '../binding.ts';
import { defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import { checkDecays, checkNumbers, checkShapes } from '../sizes.ts';

const adam = nativeFunction<(...arguments_: (Float32Array | number)[]) => void>('adam');

function rule({ inputs: { variable, m, v, gradient }, attrs }: RuleCall<AdamInputs, AdamAttrs>): void {
  checkShapes(variable.shape, { m, v, gradient });
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = attrs;
  checkNumbers({ learningRate, beta1, beta2, epsilon, correction1, correction2 });
  checkDecays(epsilon, beta1, beta2);
  for (const correction of [correction1, correction2]) {
    demand(correction > 0 && correction <= 1, () => `a correction is ${correction}, expected more than 0 and up to 1`);
  }
}

export const adamKernel = defineKernel(ADAM, rule, ({ inputs, attrs, backend }) => {
  const { variable, m, v, gradient } = inputs;
  const outputs = [variable, m, v].map(({ shape }) => backend.allocate(shape, 'float32'));
  adam(
    ...[variable, m, v, gradient, ...outputs].map((tensor) => backend.floats(tensor)),
    attrs.learningRate,
    attrs.beta1,
    attrs.beta2,
    attrs.epsilon,
    attrs.correction1,
    attrs.correction2,
  );
  return outputs;
});
