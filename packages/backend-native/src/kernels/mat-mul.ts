/** Matrix products: `BatchMatMul`, and `_FusedMatMul` with bias and activation. */

import { assert, sizeOf } from '@t2i/core';
import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { _FusedMatMul, BatchMatMul, broadcast_util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { type FusedTail, fusableTail, NO_TAIL, type TailArguments, tailArguments } from './fused.ts';

const matMul =
  nativeFunction<
    (a: Float32Array, b: Float32Array, out: Float32Array, sizes: Int32Array, ...tail: TailArguments) => void
  >('matMul');

function multiply(
  backend: NativeBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
  tail: FusedTail,
): TensorInfo {
  const [rows, depth] = lastTwo(a.shape, transposeA);
  const [depthB, columns] = lastTwo(b.shape, transposeB);
  assert(
    depth === depthB,
    `matMul: inner shapes (${depth}) and (${depthB}) of tensors with shapes ${a.shape} and ${b.shape} ` +
      `and transposeA=${transposeA} and transposeB=${transposeB} must match`,
  );
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const out = backend.allocate([...outer, rows, columns], 'float32');
  const batchA = sizeOf(outerA);
  const batchB = sizeOf(outerB);
  const flags = [Number(transposeA), Number(transposeB)];
  matMul(
    backend.floats(a),
    backend.floats(b),
    backend.floats(out),
    Int32Array.of(Math.max(batchA, batchB), batchA, batchB, rows, columns, depth, ...flags),
    ...tailArguments(backend, tail),
  );
  return out;
}

function lastTwo(shape: number[], transposed: boolean): [number, number] {
  const [first, second] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [second, first] : [first, second];
}

const batchMatMulKernel = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(BatchMatMul, (call) => {
  const { a, b } = call.inputs;
  const { transposeA, transposeB } = call.attrs;
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return callCpuKernel(BatchMatMul, call);
  return multiply(call.backend, a, b, transposeA, transposeB, NO_TAIL);
});

const fusedMatMulKernel = defineKernel<_FusedMatMulInputs, _FusedMatMulAttrs>(_FusedMatMul, (call) => {
  const { a, b } = call.inputs;
  const { transposeA, transposeB } = call.attrs;
  const tail = fusableTail(call.inputs, call.attrs, lastTwo(b.shape, transposeB)[1]);
  if (tail === undefined || a.dtype !== 'float32' || b.dtype !== 'float32') return callCpuKernel(_FusedMatMul, call);
  return multiply(call.backend, a, b, transposeA, transposeB, tail);
});

/** Matrix products, for {@link registerKernels}. */
export const MAT_MUL_KERNELS = [batchMatMulKernel, fusedMatMulKernel];
