/** Sum, Mean, Prod, Max, Min, ArgMax, ArgMin of float32 tensors over any axes; other types run the inherited kernels. */

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { ArgMax, ArgMin, backend_util, Max, Mean, Min, Prod, Sum, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { distinctAxes, oneAxis } from '../sizes.ts';
import { productOfInts } from './integers.ts';
import { transposed } from './strided-copy.ts';

interface ReduceInputs {
  readonly x: TensorInfo;
}
interface ReduceAttrs {
  readonly axis?: number | number[];
  /** The axis of Max has another name. */
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** The view of a tensor as [batches, length, columns] whose middle axis is reduced. */
export interface MiddleAxis {
  readonly batches: number;
  readonly length: number;
  readonly columns: number;
}

/** Undefined if the reduced axes, apart from those of size 1, are not neighbours. */
export function asMiddleAxis(shape: readonly number[], axes: readonly number[]): MiddleAxis | undefined {
  const reduced = axes.filter((axis) => shape[axis] !== 1).sort((a, b) => a - b);
  const first = reduced[0] ?? shape.length;
  const last = reduced.at(-1) ?? shape.length;
  const size = (from: number, to: number) => util.sizeFromShape(shape.slice(from, to));
  for (let axis = first; axis < last; axis++) if (shape[axis] !== 1 && !reduced.includes(axis)) return undefined;
  return { batches: size(0, first), length: size(first, last + 1), columns: size(last + 1, shape.length) };
}

type ReduceFunction = (x: Float32Array, out: Float32Array, batches: number, length: number, columns: number) => void;

/** Moves the kept axes to the front, so that {@link asMiddleAxis} supports the result. */
function withAxesLast(backend: NativeBackend, x: TensorInfo, axes: readonly number[]): TensorInfo {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return transposed(backend, x, [...kept, ...axes]);
}

interface Reduction {
  readonly axes: number[];
  readonly shape: number[];
}

function reductionRule({ inputs: { x }, attrs }: RuleCall<ReduceInputs, ReduceAttrs>): Reduction {
  const axes = distinctAxes((attrs.axis ?? attrs.reductionIndices)!, x.shape);
  const [reducedShape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  return { axes, shape: attrs.keepDims ? backend_util.expandShapeToKeepDim(reducedShape, axes) : reducedShape };
}

function productsOfInts(backend: NativeBackend, x: TensorInfo, axes: readonly number[], shape: number[]): TensorInfo {
  const out = backend.allocate(shape, 'int32');
  const source = withAxesLast(backend, x, axes);
  const [values, products] = [backend.ints(source), backend.ints(out)];
  const length = values.length / products.length;
  for (const i of products.keys()) products[i] = productOfInts(values.subarray(i * length, (i + 1) * length));
  backend.disposeIntermediateTensorInfo(source);
  return out;
}

/** 0/0, as in other libraries; the inherited kernel gives 0. */
function meanOfNothing(backend: NativeBackend, shape: number[]): TensorInfo {
  const out = backend.allocate(shape, 'float32');
  backend.floats(out).fill(Number.NaN);
  return out;
}

function reduction(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<ReduceFunction>(nativeName);
  return defineKernel(kernelName, reductionRule, (call) => {
    const { inputs, backend, plan } = call;
    const { x } = inputs;
    const { axes, shape } = plan;
    if (util.sizeFromShape(x.shape) === 0 && kernelName === Mean) return meanOfNothing(backend, shape);
    if (kernelName === Prod && x.dtype === 'int32') return productsOfInts(backend, x, axes, shape);
    if (x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return callCpuKernel(kernelName, call);
    const out = backend.allocate(shape, 'float32');
    const direct = asMiddleAxis(x.shape, axes);
    const source = direct ? x : withAxesLast(backend, x, axes);
    const count = util.sizeFromShape(shape);
    const view = direct ?? { batches: count, length: util.sizeFromShape(x.shape) / count, columns: 1 };
    compute(backend.floats(source), backend.floats(out), view.batches, view.length, view.columns);
    if (!direct) backend.disposeIntermediateTensorInfo(source);
    return out;
  });
}

type ArgFunction = (x: Float32Array, out: Int32Array, rows: number, length: number) => void;

function argReduction(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<ArgFunction>(nativeName);
  const rule = ({ inputs, attrs }: RuleCall<ReduceInputs, { axis: number }>) => oneAxis(attrs.axis, inputs.x.shape);
  return defineKernel(kernelName, rule, (call) => {
    const { inputs, backend, plan: axis } = call;
    const { x } = inputs;
    if (x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) return callCpuKernel(kernelName, call);
    const out = backend.allocate(x.shape.toSpliced(axis, 1), 'int32');
    const source = axis === x.shape.length - 1 ? backend.share(x, x.shape) : withAxesLast(backend, x, [axis]);
    const length = x.shape[axis]!;
    compute(backend.floats(source), backend.ints(out), util.sizeFromShape(x.shape) / length, length);
    backend.disposeIntermediateTensorInfo(source);
    return out;
  });
}

export const REDUCE_KERNELS: readonly KernelConfig[] = [
  reduction(Sum, 'sum'),
  reduction(Mean, 'mean'),
  reduction(Prod, 'prod'),
  reduction(Max, 'max'),
  reduction(Min, 'min'),
  argReduction(ArgMax, 'argMax'),
  argReduction(ArgMin, 'argMin'),
];
