/** Operations on two float32 tensors with broadcasting (and logic on two bool tensors); other types run the inherited kernels. */

import type { RectifierGradAttrs, RectifierGradInputs } from '@t2i/ops';
import { RECTIFIER_GRAD } from '@t2i/ops';
import type { BinaryInputs, KernelConfig, PreluInputs, SelectInputs, TensorInfo } from '@tensorflow/tfjs-core';
import {
  Add,
  AddN,
  EluGrad,
  Equal,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalOr,
  Maximum,
  Minimum,
  Multiply,
  NotEqual,
  Pow,
  Prelu,
  RealDiv,
  Select,
  SquaredDifference,
  Sub,
  util,
} from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { planBroadcast } from './broadcast.ts';
import { assertSizes } from './sizes.ts';

type Numbers = Float32Array | Uint8Array;
type BinaryFunction = (a: Numbers, b: Numbers, out: Numbers, plan: Int32Array) => void;

function areFloats(...tensors: TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}

function computeFloats(compute: BinaryFunction, a: TensorInfo, b: TensorInfo, backend: NativeBackend): TensorInfo {
  const { shape, plan } = planBroadcast(a.shape, b.shape);
  const out = backend.allocate(shape, 'float32');
  compute(backend.floats(a), backend.floats(b), backend.floats(out), plan);
  return out;
}

function arithmetic(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<BinaryFunction>(nativeName);
  return defineKernel<BinaryInputs>(kernelName, (call) => {
    const { a, b } = call.inputs;
    if (!areFloats(a, b)) return callCpuKernel(kernelName, call);
    return computeFloats(compute, a, b, call.backend);
  });
}

function comparison(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<BinaryFunction>(nativeName);
  return defineKernel<BinaryInputs>(kernelName, (call) => {
    const { inputs, backend } = call;
    const { a, b } = inputs;
    if (!areFloats(a, b)) return callCpuKernel(kernelName, call);
    const { shape, plan } = planBroadcast(a.shape, b.shape);
    const out = backend.allocate(shape, 'bool');
    compute(backend.floats(a), backend.floats(b), backend.bytes(out), plan);
    return out;
  });
}

function logic(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<BinaryFunction>(nativeName);
  return defineKernel<BinaryInputs>(kernelName, (call) => {
    const { inputs, backend } = call;
    const { a, b } = inputs;
    if (a.dtype !== 'bool' || b.dtype !== 'bool') return callCpuKernel(kernelName, call);
    const { shape, plan } = planBroadcast(a.shape, b.shape);
    const out = backend.allocate(shape, 'bool');
    compute(backend.bytes(a), backend.bytes(b), backend.bytes(out), plan);
    return out;
  });
}

const prelu = nativeFunction<BinaryFunction>('prelu');
const preluKernel = defineKernel<PreluInputs>(Prelu, (call) => {
  const { x, alpha } = call.inputs;
  if (!areFloats(x, alpha)) return callCpuKernel(Prelu, call);
  return computeFloats(prelu, x, alpha, call.backend);
});

const eluGrad = nativeFunction<BinaryFunction>('eluGrad');
const eluGradKernel = defineKernel<{ dy: TensorInfo; y: TensorInfo }>(EluGrad, (call) => {
  const { dy, y } = call.inputs;
  if (!areFloats(dy, y)) return callCpuKernel(EluGrad, call);
  return computeFloats(eluGrad, dy, y, call.backend);
});

/** Exponents that need no logarithm. xʸ of −0 and −Infinity differs from √x, hence no 0.5 here. */
const EASY_POWERS: ReadonlyMap<number, BinaryFunction> = new Map([[2, nativeFunction<BinaryFunction>('multiply')]]);
const pow = nativeFunction<BinaryFunction>('pow');
const powKernel = defineKernel<BinaryInputs>(Pow, (call) => {
  const { inputs, backend } = call;
  const { a, b } = inputs;
  if (!areFloats(a, b)) return callCpuKernel(Pow, call);
  const easy = b.shape.length === 0 ? EASY_POWERS.get(backend.floats(b)[0]!) : undefined;
  return easy ? computeFloats(easy, a, a, backend) : computeFloats(pow, a, b, backend);
});

const add = nativeFunction<BinaryFunction>('add');
const addNKernel = defineKernel<TensorInfo[]>(AddN, (call) => {
  const { inputs, backend } = call;
  const [first, second, ...others] = inputs;
  const alike = inputs.every(({ shape }) => util.arraysEqual(shape, first!.shape));
  if (first === undefined || second === undefined || !alike || !areFloats(...inputs)) return callCpuKernel(AddN, call);
  const out = computeFloats(add, first, second, backend);
  const sum = backend.floats(out);
  const { plan } = planBroadcast(first.shape, first.shape);
  for (const other of others) add(sum, backend.floats(other), sum, plan);
  return out;
});

type SelectFunction = (condition: Uint8Array, yes: Float32Array, no: Float32Array, out: Float32Array) => void;
const select = nativeFunction<SelectFunction>('select');
const selectKernel = defineKernel<SelectInputs>(Select, (call) => {
  const { inputs, backend } = call;
  const { condition, t, e } = inputs;
  const alike = util.arraysEqual(condition.shape, t.shape) && util.arraysEqual(t.shape, e.shape);
  if (!alike || condition.dtype !== 'bool' || !areFloats(t, e)) return callCpuKernel(Select, call);
  const out = backend.allocate(t.shape, 'float32');
  select(backend.bytes(condition), backend.floats(t), backend.floats(e), backend.floats(out));
  return out;
});

type RectifierGradient = (dy: Float32Array, x: Float32Array, dx: Float32Array, alpha: number) => void;
const rectifierGradient = nativeFunction<RectifierGradient>('rectifierGradient');
const rectifierGradKernel = defineKernel<RectifierGradInputs, RectifierGradAttrs>(
  RECTIFIER_GRAD,
  ({ inputs, attrs, backend }) => {
    const { dy, x } = inputs;
    assertSizes(RECTIFIER_GRAD, x.shape, { dy });
    const dx = backend.allocate(x.shape, 'float32');
    rectifierGradient(backend.floats(dy), backend.floats(x), backend.floats(dx), attrs.alpha);
    return [dx];
  },
);

export const BINARY_KERNELS: readonly KernelConfig[] = [
  arithmetic(Add, 'add'),
  arithmetic(Sub, 'sub'),
  arithmetic(Multiply, 'multiply'),
  arithmetic(RealDiv, 'realDiv'),
  arithmetic(Maximum, 'maximum'),
  arithmetic(Minimum, 'minimum'),
  arithmetic(SquaredDifference, 'squaredDifference'),
  comparison(Greater, 'greater'),
  comparison(GreaterEqual, 'greaterEqual'),
  comparison(Less, 'less'),
  comparison(LessEqual, 'lessEqual'),
  comparison(Equal, 'equal'),
  comparison(NotEqual, 'notEqual'),
  logic(LogicalAnd, 'logicalAnd'),
  logic(LogicalOr, 'logicalOr'),
  preluKernel,
  eluGradKernel,
  powKernel,
  addNKernel,
  selectKernel,
  rectifierGradKernel,
];
