/** The RMSProp update of `@t2i/ops` in one pass over memory (Tieleman and Hinton 2012, as in Torch). */

import type { RmsPropAttrs, RmsPropInputs } from '@t2i/ops';
import { RMS_PROP } from '@t2i/ops';
import { nativeFunction } from '../binding.ts';
import { defineKernel, type RuleCall } from '../kernel.ts';
import { checkDecays, checkNumbers, checkShapes } from '../sizes.ts';

const rmsProp = nativeFunction<(...arguments_: (Float32Array | number)[]) => void>('rmsProp');

function rule({ inputs, attrs }: RuleCall<RmsPropInputs, RmsPropAttrs>): void {
  const { variable, meanSquare, gradient } = inputs;
  checkShapes(variable.shape, { meanSquare, gradient });
  const { learningRate, decay, epsilon } = attrs;
  checkNumbers({ learningRate, decay, epsilon });
  checkDecays(epsilon, decay);
}

export const rmsPropKernel = defineKernel(RMS_PROP, rule, ({ inputs, attrs, backend }) => {
  const { variable, meanSquare, gradient } = inputs;
  const outputs = [variable, meanSquare].map(({ shape }) => backend.allocate(shape, 'float32'));
  rmsProp(
    ...[variable, meanSquare, gradient, ...outputs].map((tensor) => backend.floats(tensor)),
    attrs.learningRate,
    attrs.decay,
    attrs.epsilon,
  );
  return outputs;
});
