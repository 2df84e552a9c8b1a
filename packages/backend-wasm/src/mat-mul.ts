/** `BatchMatMul` and `_FusedMatMul`: the backend is fast only for two matrices without transposition. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  Add,
  BatchMatMul,
  Elu,
  Fill,
  LeakyRelu,
  Prelu,
  Relu,
  Relu6,
  Sigmoid,
  Sum,
  Transpose,
} from '@tensorflow/tfjs-core';
import { floatsOf, free, type Kernel, run, viewAs } from './kernel.ts';

type MatMul = Kernel<BatchMatMulInputs, BatchMatMulAttrs>;
type FusedMatMul = Kernel<_FusedMatMulInputs, _FusedMatMulAttrs>;

/** A matrix, possibly transposed. */
interface Factor {
  readonly matrix: TensorInfo;
  readonly transposed: boolean;
}

/** Wraps the backend's `BatchMatMul`, which still runs for batches and for the plain product of two matrices. */
export function batchMatMul(original: MatMul): MatMul {
  return (call) => {
    const { inputs, attrs, backend } = call;
    if (!isSinglePair(inputs)) return original(call);
    const a: Factor = { matrix: asMatrix(inputs.a), transposed: attrs.transposeA };
    const b: Factor = { matrix: asMatrix(inputs.b), transposed: attrs.transposeB };
    const [m, k] = shapeOf(a);
    const [, n] = shapeOf(b);
    const rank = Math.max(inputs.a.shape.length, inputs.b.shape.length);
    const shape = [...new Array<number>(rank - 2).fill(1), m, n];
    if (m * k * n === 0) return run(backend, Fill, {}, { shape, value: 0, dtype: 'float32' });

    if (m === 1 && !b.transposed && floatsOf(backend, inputs.a).every((factor) => factor === 1)) {
      // sums of columns, written as a product because reductions can be slow; here reductions are 20 times as fast
      return viewAs(run(backend, Sum, { x: b.matrix }, { axis: 0, keepDims: true }), shape);
    }
    // Elements moved by transposing, and by the backend, which rearranges the right-hand factor.
    const direct = (a.transposed ? m * k : 0) + (b.transposed ? 2 : 1) * k * n;
    const reversed = (b.transposed ? 0 : k * n) + (a.transposed ? 1 : 2) * m * k + m * n;
    if (direct <= reversed) return viewAs(straightProduct(original, backend, a, b), shape);
    const product = straightProduct(original, backend, transposeOf(b), transposeOf(a)); // (a·b)ᵀ = bᵀ·aᵀ
    const out = run(backend, Transpose, { x: product }, { perm: [1, 0] });
    free(backend, product);
    return viewAs(out, shape);
  };
}

/**
 * Wraps the backend's `_FusedMatMul`, which still runs for the plain product of two matrices.
 * In every other case it adds the bias anew for each 48 elements of the inner dimension, so the parts run one by one.
 */
export function fusedMatMul(original: FusedMatMul): FusedMatMul {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { a, b, bias, preluActivationWeights } = inputs;
    const { transposeA, transposeB, activation, leakyreluAlpha } = attrs;
    if (isSinglePair(inputs) && !transposeA && !transposeB) {
      const temporary: TensorInfo[] = [];
      const out = original({ ...call, inputs: { ...inputs, b: rightHand(backend, b, temporary) } });
      free(backend, ...temporary);
      return out;
    }
    const then = (x: TensorInfo, name: string, others: Record<string, TensorInfo> = {}, attrs = {}) => {
      const out = run(backend, name, name === Add ? { a: x, ...others } : { x, ...others }, attrs);
      free(backend, x);
      return out;
    };
    let out = run(backend, BatchMatMul, { a, b }, { transposeA, transposeB });
    if (bias !== undefined) out = then(out, Add, { b: bias });
    if (activation === 'relu') return then(out, Relu);
    if (activation === 'relu6') return then(out, Relu6);
    if (activation === 'elu') return then(out, Elu);
    if (activation === 'sigmoid') return then(out, Sigmoid);
    if (activation === 'leakyrelu') return then(out, LeakyRelu, {}, { alpha: leakyreluAlpha });
    if (activation === 'prelu') return then(out, Prelu, { alpha: preluActivationWeights! });
    return out;
  };
}

function straightProduct(product: MatMul, backend: BackendWasm, left: Factor, right: Factor): TensorInfo {
  const temporary: TensorInfo[] = [];
  const a = rowMajor(backend, left, temporary);
  const b = rightHand(backend, rowMajor(backend, right, temporary), temporary);
  const out = product({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend });
  free(backend, ...temporary);
  return out;
}

function rowMajor(backend: BackendWasm, { matrix, transposed }: Factor, temporary: TensorInfo[]): TensorInfo {
  if (!transposed) return matrix;
  const out = run(backend, Transpose, { x: matrix }, { perm: [1, 0] });
  temporary.push(out);
  return out;
}

/** The number of columns that each right-hand factor had when the backend first saw it. */
const columnsSeen = new WeakMap<object, number>();

/**
 * The backend keeps a rearranged copy of a right-hand factor as long as its memory lives, and finds it by the
 * memory alone. The same elements with another shape would read that copy out of bounds, so they are copied first.
 */
function rightHand(backend: BackendWasm, b: TensorInfo, temporary: TensorInfo[]): TensorInfo {
  const columns = b.shape.at(-1)!;
  const seen = columnsSeen.get(b.dataId);
  columnsSeen.set(b.dataId, seen ?? columns);
  if (seen === undefined || seen === columns) return b;
  const copy = backend.makeOutput(b.shape, 'float32');
  floatsOf(backend, copy).set(floatsOf(backend, b));
  temporary.push(copy);
  return copy;
}

function isSinglePair({ a, b }: { readonly a: TensorInfo; readonly b: TensorInfo }): boolean {
  return [a, b].every(({ shape, dtype }) => dtype === 'float32' && shape.slice(0, -2).every((outer) => outer === 1));
}

function asMatrix(x: TensorInfo): TensorInfo {
  return viewAs(x, x.shape.slice(-2));
}

function shapeOf({ matrix: { shape }, transposed }: Factor): [rows: number, columns: number] {
  const [rows, columns] = shape as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function transposeOf({ matrix, transposed }: Factor): Factor {
  return { matrix, transposed: !transposed };
}
