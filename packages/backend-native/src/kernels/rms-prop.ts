/** The RMSProp update of `@t2i/ops` in one pass over memory (Tieleman and Hinton 2012, as Torch has it). */

import type { RmsPropAttrs, RmsPropInputs } from '@t2i/ops';
import { RMS_PROP } from '@t2i/ops';
import { nativeFunction } from '../binding.ts';
import { defineKernel } from '../kernel.ts';
import { assertSizes } from './sizes.ts';

const rmsProp = nativeFunction<(...arguments_: (Float32Array | number)[]) => void>('rmsProp');

export const rmsPropKernel = defineKernel<RmsPropInputs, RmsPropAttrs>(RMS_PROP, ({ inputs, attrs, backend }) => {
  const { variable, meanSquare, gradient } = inputs;
  assertSizes(RMS_PROP, variable.shape, { meanSquare, gradient });
  const outputs = [variable, meanSquare].map(({ shape }) => backend.allocate(shape, 'float32'));
  rmsProp(
    ...[variable, meanSquare, gradient, ...outputs].map((tensor) => backend.floats(tensor)),
    attrs.learningRate,
    attrs.decay,
    attrs.epsilon,
  );
  return outputs;
});
