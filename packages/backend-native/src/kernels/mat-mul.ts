/** Matrix products: `BatchMatMul`, and `_FusedMatMul` with bias and activation. */

import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { _FusedMatMul, BatchMatMul, broadcast_util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type KernelCall, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkedSize } from '../sizes.ts';
import { type FusedTail, fusableTail, NO_TAIL, type TailArguments, tailArguments } from './fused.ts';
import { checkExactProducts } from './integers.ts';
import { gatherStrided, isMovable, stridesOf } from './strided-copy.ts';

const matMul =
  nativeFunction<
    (a: Float32Array, b: Float32Array, out: Float32Array, sizes: Float64Array, ...tail: TailArguments) => void
  >('matMul');

/** The plan for two factors: `outer` are the axes of the batch, which broadcast as in numpy. */
interface Product {
  readonly outer: number[];
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly shape: number[];
}

function lastTwo(shape: number[], transposed: boolean): [number, number] {
  const [first, second] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [second, first] : [first, second];
}

function productRule({ inputs: { a, b }, attrs }: RuleCall<BatchMatMulInputs, BatchMatMulAttrs>): Product {
  const { transposeA, transposeB } = attrs;
  for (const { shape, dtype } of [a, b]) {
    demand(shape.length >= 2 && isMovable(dtype), () => `${dtype}[${shape}] is not a matrix of numbers`);
  }
  const [rows, depth] = lastTwo(a.shape, transposeA);
  const [depthB, columns] = lastTwo(b.shape, transposeB);
  demand(
    depth === depthB,
    () =>
      `inner shapes (${depth}) and (${depthB}) of tensors with shapes ${a.shape} and ${b.shape} ` +
      `and transposeA=${transposeA} and transposeB=${transposeB} must match`,
  );
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...outer, rows, columns];
  checkedSize(shape);
  return { outer, batch: checkedSize(outer), rows, columns, depth, shape };
}

/** True if the matrices of `outer` are those of the whole batch repeated, from the first to the last. */
function repeatsWhole(outer: readonly number[], whole: readonly number[]): boolean {
  const first = outer.findIndex((size) => size !== 1);
  return first === -1 || outer.slice(first).every((size, i) => size === whole[i + whole.length - outer.length + first]);
}

/** `x` repeated to as many matrices as the batch has: for the shapes that {@link repeatsWhole} does not cover. */
function expanded(backend: NativeBackend, x: TensorInfo, outer: readonly number[]): TensorInfo {
  const own = [...new Array<number>(outer.length + 2 - x.shape.length).fill(1), ...x.shape];
  const shape = [...outer, ...x.shape.slice(-2)];
  const strides = stridesOf(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride));
  return gatherStrided(backend, x, shape, strides);
}

function multiply(
  backend: NativeBackend,
  a: TensorInfo,
  b: TensorInfo,
  { batch, rows, columns, depth, shape }: Product,
  { transposeA, transposeB }: BatchMatMulAttrs,
  tail: FusedTail,
): TensorInfo {
  const after = tailArguments(backend, tail);
  const out = backend.allocate(shape, 'float32');
  if (batch * rows * columns === 0) return out;
  const [batchA, batchB] = [a, b].map((factor) => checkedSize(factor.shape.slice(0, -2)));
  const flags = [transposeA ? 1 : 0, transposeB ? 1 : 0];
  matMul(
    backend.floats(a),
    backend.floats(b),
    backend.floats(out),
    Float64Array.of(batch, batchA!, batchB!, rows, columns, depth, ...flags),
    ...after,
  );
  return out;
}

type Factors = readonly [a: TensorInfo, b: TensorInfo];

/** Runs `compute` with factors that `fits` accepts, and others {@link expanded}. */
function withFactors(
  backend: NativeBackend,
  factors: Factors,
  fits: (factor: TensorInfo) => boolean,
  outer: readonly number[],
  compute: (...factors: Factors) => TensorInfo | TensorInfo[],
): TensorInfo | TensorInfo[] {
  const made = factors.map((factor) =>
    isMovable(factor.dtype) && !fits(factor) ? expanded(backend, factor, outer) : undefined,
  );
  const result = compute(made[0] ?? factors[0], made[1] ?? factors[1]);
  for (const tensor of made) if (tensor) backend.disposeIntermediateTensorInfo(tensor);
  return result;
}

type MatMulCall = KernelCall<BatchMatMulInputs, BatchMatMulAttrs, Product>;

/** `tail` is undefined if only the inherited kernel supports the operations after the product. */
function matMulOrInherited(
  kernelName: string,
  call: MatMulCall,
  tail: FusedTail | undefined,
): TensorInfo | TensorInfo[] {
  const { backend, inputs, attrs, plan } = call;
  const factors: Factors = [inputs.a, inputs.b];
  if (tail !== undefined && factors.every(({ dtype }) => dtype === 'float32')) {
    const fits = ({ shape }: TensorInfo) => repeatsWhole(shape.slice(0, -2), plan.outer);
    return withFactors(backend, factors, fits, plan.outer, (a, b) => multiply(backend, a, b, plan, attrs, tail));
  }
  if (factors.every(({ dtype }) => dtype === 'int32')) {
    checkExactProducts(backend.ints(inputs.a), backend.ints(inputs.b), plan.depth);
  }
  // The inherited kernel takes the n-th matrix of a factor, or its last. This is correct for one matrix, or one for each.
  const fits = ({ shape }: TensorInfo) => {
    const matrices = checkedSize(shape.slice(0, -2));
    return matrices === 1 || matrices === plan.batch;
  };
  return withFactors(backend, factors, fits, plan.outer, (a, b) =>
    callCpuKernel(kernelName, { ...call, inputs: { ...inputs, a, b } }),
  );
}

const batchMatMulKernel = defineKernel(BatchMatMul, productRule, (call) =>
  matMulOrInherited(BatchMatMul, call, NO_TAIL),
);

const fusedMatMulKernel = defineKernel(
  _FusedMatMul,
  (call: RuleCall<_FusedMatMulInputs, _FusedMatMulAttrs>) => productRule(call),
  (call) => matMulOrInherited(_FusedMatMul, call, fusableTail(call.inputs, call.attrs, call.plan.columns)),
);

/** Matrix products, for {@link registerKernels}. */
export const MAT_MUL_KERNELS = [batchMatMulKernel, fusedMatMulKernel];
