/** Creates and converts values: Fill, ZerosLike, OnesLike and Cast. */

import type { CastAttrs, FillAttrs, KernelConfig, TensorInfo, UnaryInputs } from '@tensorflow/tfjs-core';
import { Cast, Fill, OnesLike, util, ZerosLike } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkedSize } from '../sizes.ts';
import { shapeOfX } from './same-shape.ts';

const fill = nativeFunction<(out: Float32Array, value: number) => void>('fill');

function filled(backend: NativeBackend, shape: number[], value: number): TensorInfo {
  const out = backend.allocate(shape, 'float32');
  fill(backend.floats(out), value);
  return out;
}

function fillRule({ attrs }: RuleCall<object, FillAttrs>): void {
  checkedSize(attrs.shape);
}

const fillKernel = defineKernel(Fill, fillRule, (call) => {
  const { shape, value, dtype } = call.attrs;
  if (typeof value !== 'number' || (dtype || util.inferDtype(value)) !== 'float32') return callCpuKernel(Fill, call);
  return filled(call.backend, shape, value);
});

function like(kernelName: string, value: number): KernelConfig {
  return defineKernel(kernelName, shapeOfX, (call) => {
    if (call.inputs.x.dtype !== 'float32') return callCpuKernel(kernelName, call);
    return filled(call.backend, call.plan, value);
  });
}

const DTYPES: ReadonlySet<string> = new Set(['float32', 'int32', 'bool', 'complex64', 'string']);
const intsToFloats = nativeFunction<(x: Int32Array, out: Float32Array) => void>('castIntsToFloats');
const bytesToFloats = nativeFunction<(x: Uint8Array, out: Float32Array) => void>('castBytesToFloats');
const floatsToBytes = nativeFunction<(x: Float32Array, out: Uint8Array) => void>('castFloatsToBytes');

function castRule({ inputs, attrs }: RuleCall<UnaryInputs, CastAttrs>): number[] {
  demand(DTYPES.has(attrs.dtype), () => `there is no type "${attrs.dtype}"`);
  return inputs.x.shape;
}

/** The cpu kernel would reuse the array of an int32 or bool tensor for a wider type; here each type has its own. */
const castKernel = defineKernel(Cast, castRule, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  const conversion = `${x.dtype} → ${attrs.dtype}`;
  if (x.dtype === attrs.dtype) return backend.share(x, x.shape);
  if (conversion === 'float32 → bool') {
    const out = backend.allocate(x.shape, 'bool');
    floatsToBytes(backend.floats(x), backend.bytes(out));
    return out;
  }
  if (conversion === 'bool → int32') {
    const out = backend.allocate(x.shape, 'int32');
    backend.ints(out).set(backend.bytes(x));
    return out;
  }
  if (conversion !== 'int32 → float32' && conversion !== 'bool → float32') return callCpuKernel(Cast, call);
  const out = backend.allocate(x.shape, 'float32');
  if (x.dtype === 'int32') intsToFloats(backend.ints(x), backend.floats(out));
  else bytesToFloats(backend.bytes(x), backend.floats(out));
  return out;
});

export const FILL_KERNELS: readonly KernelConfig[] = [fillKernel, like(ZerosLike, 0), like(OnesLike, 1), castKernel];
