/**
 * `Cumsum` and `Cumprod`: the backend writes the length of the axis into the program, but not into its key. In reverse
 * (as in their gradients) every other length would therefore run the program of the first.
 */

import type { Program } from './correct-programs.ts';

const BACKWARDS = /^cum_.*_true$/;

export function keyByLength(program: Program): void {
  if (BACKWARDS.test(program.shaderKey)) program.shaderKey += `_${program.outputShape.at(-1)}`;
}
