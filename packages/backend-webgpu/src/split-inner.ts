/**
 * Products of matrices with few rows and a long inner dimension, which the backend splits among workgroups.
 * It reads four elements at once along the rows of B even if B is transposed, and so gets those of another column.
 * Element by element the same program is correct.
 */

import type { Program } from './correct-programs.ts';

/** Key of the program and whether it reads four elements at once: `matMulSplitK_<transposeA>_<transposeB>_<elements>_4`. */
const BY_FOUR = /^(matMulSplitK_.*)_4$/;

export function readTransposedByElement(program: Program): void {
  const [, key] = (program.transposeB && BY_FOUR.exec(program.shaderKey)) || [];
  if (key !== undefined) Object.assign(program, { outputComponent: 1, shaderKey: `${key}_1` });
}
