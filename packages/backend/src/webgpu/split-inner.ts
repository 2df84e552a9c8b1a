/**
 * Products of matrices with few rows and a long inner dimension, which the engine splits among workgroups.
 * It reads four elements at once along the rows of B also where B is transposed, and so gets those of another column.
 * Element by element the same program is right.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A compute shader of the engine, before it is compiled. */
interface Program {
  shaderKey: string;
  /** Elements that it reads and writes at once, 1 or 4. */
  outputComponent?: number;
  readonly transposeB?: boolean;
}

export interface ProgramRunner {
  runWebGPUProgram(program: Program, ...rest: readonly unknown[]): TensorInfo;
}

/** Key of the program and whether it reads four elements at once: `matMulSplitK_<transposeA>_<transposeB>_<elements>_4`. */
const BY_FOUR = /^(matMulSplitK_.*)_4$/;

/** Changes the program where it is about to run: products also come from inside other kernels. */
export function readTransposedByElement(backend: ProgramRunner): void {
  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (program, ...rest) => {
    const [, key] = (program.transposeB && BY_FOUR.exec(program.shaderKey)) || [];
    if (key !== undefined) Object.assign(program, { outputComponent: 1, shaderKey: `${key}_1` });
    return run(program, ...rest);
  };
}
