/** int32 operations on which the cpu backend is silently wrong: division by zero gives 0 there, and a product beyond 2⁵³ loses its lowest digits. */

import type { BinaryInputs, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { FloorDiv, Mod } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { type BroadcastFunction, computeBroadcast, planBroadcast } from './broadcast.ts';

const multiplyInts = nativeFunction<BroadcastFunction<Int32Array>>('multiplyInts');

/** The product of `values`, modulo 2³². */
export function productOfInts(values: Int32Array): number {
  return values.reduce(Math.imul, 1);
}

/**
 * Refuses factors whose products, summed over `depth`, may exceed the integers that a JavaScript number holds exactly: the inherited
 * kernel would round them.
 */
export function checkExactProducts(a: Int32Array, b: Int32Array, depth: number): void {
  const largest = (values: Int32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bound = largest(a) * largest(b) * depth;
  demand(bound <= Number.MAX_SAFE_INTEGER, () => `products of these int32 numbers may reach ${bound}, more than 2⁵³`);
}

/** TensorFlow and PyTorch refuse to divide integers by zero. `FloorDiv` of floats also gives int32. */
function division(kernelName: string): KernelConfig {
  const rule = ({ inputs: { a, b } }: RuleCall<BinaryInputs>) => planBroadcast(a.shape, b.shape);
  return defineKernel(kernelName, rule, (call) => {
    const { inputs, backend } = call;
    const { a, b } = inputs;
    if (a.dtype === 'int32' && b.dtype === 'int32') {
      demand(!backend.ints(b).includes(0), () => 'an integer is divided by zero');
    } else if (kernelName === FloorDiv && b.dtype === 'float32') {
      demand(!backend.floats(b).includes(0), () => 'the result is int32, which has no infinity for a division by zero');
    }
    return callCpuKernel(kernelName, call);
  });
}

/** `Square` of integers, by the kernel of products. */
export function squareInts(x: TensorInfo, backend: NativeBackend): TensorInfo {
  return computeBroadcast(multiplyInts, 'int32', [x, x], backend, planBroadcast(x.shape, x.shape));
}

export const INTEGER_KERNELS: readonly KernelConfig[] = [division(FloorDiv), division(Mod)];
