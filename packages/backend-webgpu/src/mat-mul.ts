/** `BatchMatMul` over an empty dimension: zeros, where the backend would bind an empty buffer and fail. */

import type { BatchMatMulAttrs, BatchMatMulInputs, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util, Fill, getKernel } from '@tensorflow/tfjs-core';
import { WEBGPU, type WebgpuKernel } from './kernel.ts';

type MatMul = WebgpuKernel<BatchMatMulInputs, BatchMatMulAttrs>;

/** Wraps the backend's `BatchMatMul`. */
export function batchMatMul(original: MatMul): MatMul {
  return (call) => {
    const { a, b } = call.inputs;
    const [[rows, inner], [, columns]] = [matrixShape(a, call.attrs.transposeA), matrixShape(b, call.attrs.transposeB)];
    if (inner > 0) return original(call);
    const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const attrs = { shape: [...outer, rows, columns], value: 0, dtype: 'float32' };
    const fill = getKernel(Fill, WEBGPU).kernelFunc as KernelFunc;
    return fill({ inputs: {}, attrs, backend: call.backend }) as TensorInfo;
  };
}

function matrixShape({ shape }: TensorInfo, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}
