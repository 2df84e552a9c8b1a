/** Corrects compute shaders of the backend just before they run, because kernels also run those of other kernels. */

import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A compute shader of the backend, before it is compiled. */
export interface Program {
  /** The program is compiled once per key (and the ranks and types of its tensors). */
  shaderKey: string;
  readonly outputShape: readonly number[];
  /** Number of elements that it reads and writes at once, 1 or 4. */
  outputComponent?: number;
  readonly transposeB?: boolean;
  /** WGSL. */
  getUserCode(): string;
}

export interface ProgramRunner {
  runWebGPUProgram(program: Program, ...rest: readonly unknown[]): TensorInfo;
}

/** Changes a program if the correction applies to it. */
export type Correction = (program: Program) => void;

export function correctPrograms(backend: ProgramRunner, corrections: readonly Correction[]): void {
  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (program, ...rest) => {
    for (const correct of corrections) correct(program);
    return run(program, ...rest);
  };
}
