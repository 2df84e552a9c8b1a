/** The plan for iterating over two inputs of different shapes, which native/kernels/elementwise-binary.cc reads. */

import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { ArrayOf, NativeBackend, NumericType } from '../native-backend.ts';
import { checkedSize } from '../sizes.ts';

export interface Broadcast {
  /** The shape of the result. */
  readonly shape: number[];
  /** `[rank, sizes…, strides of a…, strides of b…]`; a stride is 0 along an axis that the input repeats. */
  readonly plan: Float64Array;
}

/** The arguments of the functions in native/kernels/elementwise-binary.cc. */
export type BroadcastFunction<A, Out = A> = (a: A, b: A, out: Out, plan: Float64Array) => void;

interface Axis {
  size: number;
  readonly strideA: number;
  readonly strideB: number;
}

/** The plan of two equal shapes, and of scalars. */
function flatPlan(size: number): Float64Array {
  return Float64Array.of(1, size, 1, 1);
}

/** Axes from the last to the first; sizes of 1 are left out, and neighbours with one stride in both inputs are joined. */
function mergedAxes(aShape: readonly number[], bShape: readonly number[], shape: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  let aSize = 1;
  let bSize = 1;
  for (let fromEnd = 1; fromEnd <= shape.length; fromEnd++) {
    const size = shape.at(-fromEnd)!;
    const aDim = aShape.at(-fromEnd) ?? 1;
    const bDim = bShape.at(-fromEnd) ?? 1;
    const strideA = aDim === 1 ? 0 : aSize;
    const strideB = bDim === 1 ? 0 : bSize;
    aSize *= aDim;
    bSize *= bDim;
    if (size === 1) continue;
    const inner = axes.at(-1);
    if (inner && strideA === inner.strideA * inner.size && strideB === inner.strideB * inner.size) inner.size *= size;
    else axes.push({ size, strideA, strideB });
  }
  return axes;
}

/** Throws the error of tfjs if the shapes do not broadcast. */
export function planBroadcast(aShape: number[], bShape: number[]): Broadcast {
  if (util.arraysEqual(aShape, bShape)) return { shape: aShape, plan: flatPlan(checkedSize(aShape)) };
  const shape = backend_util.assertAndGetBroadcastShape(aShape, bShape);
  checkedSize(shape);
  const axes = mergedAxes(aShape, bShape, shape).reverse();
  if (axes.length === 0) return { shape, plan: flatPlan(1) };
  const plan = [
    axes.length,
    ...axes.map(({ size }) => size),
    ...axes.map(({ strideA }) => strideA),
    ...axes.map(({ strideB }) => strideB),
  ];
  return { shape, plan: Float64Array.from(plan) };
}

/** The result of `compute` on two tensors of one type, which is also the type of the result. */
export function computeBroadcast<T extends NumericType>(
  compute: BroadcastFunction<ArrayOf[T]>,
  dtype: T,
  [a, b]: readonly [TensorInfo, TensorInfo],
  backend: NativeBackend,
  { shape, plan }: Broadcast,
): TensorInfo {
  const out = backend.allocate(shape, dtype);
  compute(backend.numbers(a, dtype), backend.numbers(b, dtype), backend.numbers(out, dtype), plan);
  return out;
}
