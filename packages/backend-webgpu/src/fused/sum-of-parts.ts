/** The second stage of a sum that many threads share. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type FusedRunner, runFused } from './program.ts';

/** `factor` times the sum of `parts` vectors of `size` numbers, one after the other in `partial`. */
export function sumOfParts(
  backend: FusedRunner,
  partial: TensorInfo,
  { parts, size, factor }: { readonly parts: number; readonly size: number; readonly factor: number },
): TensorInfo {
  return runFused(backend, {
    name: 'sumOfParts',
    inputs: { partial },
    floats: { factor },
    integers: { length: size, parts },
    shape: [size],
    code: `var sum = 0.0;
      for (var part = 0; part < uniforms.parts; part++) {
        sum += getPartial(part * uniforms.length + index);
      }
      return sum * uniforms.factor;`,
  });
}
