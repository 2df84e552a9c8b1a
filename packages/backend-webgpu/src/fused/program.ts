/** This package's own compute shaders: each index of the result has one number, computed from any numbers of the inputs. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

/** The part of tfjs's backend that runs them. */
export interface FusedRunner {
  runWebGPUProgram(
    program: object,
    inputs: readonly TensorInfo[],
    dtype: 'float32',
    uniforms: readonly Uniform[],
  ): TensorInfo;
  disposeData(dataId: object): boolean;
}

interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: readonly number[];
}

export interface FusedCall {
  /** The program is compiled once per name. */
  readonly name: string;
  /** Read as vectors: input `x` at index i is `getX(i)`. At most seven, since every card offers eight storage buffers, and one holds the result. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Numbers that may differ from call to call: `uniforms.epsilon`. */
  readonly floats?: Readonly<Record<string, number>>;
  readonly integers?: Readonly<Record<string, number>>;
  readonly shape: readonly number[];
  /** WGSL that ends with `return` and the number at `index`. */
  readonly code: string;
}

const WORKGROUP = 64;

/** Runs a program over a new tensor of `shape`. */
export function runFused(backend: FusedRunner, call: FusedCall): TensorInfo {
  const { name, inputs, floats = {}, integers = {}, shape, code } = call;
  const size = util.sizeFromShape([...shape]);
  const program = {
    shaderKey: `t2i_${name}`,
    variableNames: Object.keys(inputs),
    outputShape: [size],
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(size / WORKGROUP), 1, 1],
    size: true,
    uniforms: [
      ...Object.keys(floats).map((key) => `${key} : f32,`),
      ...Object.keys(integers).map((key) => `${key} : i32,`),
    ].join(' '),
    getUserCode: () => `
      fn numberAt(index : i32) -> f32 {
        ${code}
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          setOutputAtIndex(index, numberAt(index));
        }
      }`,
  };
  const vectors = Object.values(inputs).map((input) => ({ ...input, shape: [util.sizeFromShape(input.shape)] }));
  const uniforms: Uniform[] = [
    ...Object.values(floats).map((value) => ({ type: 'float32' as const, data: [value] })),
    ...Object.values(integers).map((value) => ({ type: 'int32' as const, data: [value] })),
  ];
  const vector = backend.runWebGPUProgram(program, vectors, 'float32', uniforms);
  return { ...vector, shape: [...shape] };
}
