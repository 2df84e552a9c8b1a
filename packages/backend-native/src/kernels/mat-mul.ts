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
import { activationCode } from './fused.ts';

const matMul =
  nativeFunction<
    (
      a: Float32Array,
      b: Float32Array,
      out: Float32Array,
      sizes: Int32Array,
      bias: Float32Array | undefined,
      activation: number,
      alpha: number,
      slopes: Float32Array | undefined,
    ) => void
  >('matMul');

interface Tail {
  readonly bias: TensorInfo | undefined;
  readonly activation: string | undefined;
  readonly alpha: number;
  readonly slopes: TensorInfo | undefined;
}

const NO_TAIL: Tail = { bias: undefined, activation: undefined, alpha: 0, slopes: undefined };

function multiply(
  backend: NativeBackend,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
  tail: Tail,
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
    tail.bias && backend.floats(tail.bias),
    activationCode(tail.activation),
    tail.alpha,
    tail.slopes && backend.floats(tail.slopes),
  );
  return out;
}

function lastTwo(shape: number[], transposed: boolean): [number, number] {
  const [first, second] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [second, first] : [first, second];
}

/** `BatchMatMul` of tfjs-core. */
export const batchMatMulKernel = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(BatchMatMul, (call) => {
  const { a, b } = call.inputs;
  const { transposeA, transposeB } = call.attrs;
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return callCpuKernel(BatchMatMul, call);
  return multiply(call.backend, a, b, transposeA, transposeB, NO_TAIL);
});

/** `_FusedMatMul` of tfjs-core. */
export const fusedMatMulKernel = defineKernel<_FusedMatMulInputs, _FusedMatMulAttrs>(_FusedMatMul, (call) => {
  const { a, b, bias, preluActivationWeights: slopes } = call.inputs;
  const { transposeA, transposeB, activation, leakyreluAlpha } = call.attrs;
  const columns = lastTwo(b.shape, transposeB)[1];
  const optional = [bias, slopes].filter((info) => info !== undefined);
  const fusable = [a, b, ...optional].every((info) => info.dtype === 'float32');
  if (!fusable || !optional.every((info) => isRow(info, columns))) return callCpuKernel(_FusedMatMul, call);
  return multiply(call.backend, a, b, transposeA, transposeB, { bias, activation, alpha: leakyreluAlpha ?? 0, slopes });
});

/** One number per column: the shapes of bias and slopes that the native tail knows. */
function isRow(info: TensorInfo, columns: number): boolean {
  return info.shape.at(-1) === columns && sizeOf(info.shape) === columns;
}
