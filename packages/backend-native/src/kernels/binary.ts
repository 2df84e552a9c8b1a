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
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import { checkNumbers, checkShape, checkShapes } from '../sizes.ts';
import { type Broadcast, type BroadcastFunction, computeBroadcast, planBroadcast } from './broadcast.ts';

type FloatFunction = BroadcastFunction<Float32Array>;

function areFloats(...tensors: TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}

function broadcastRule({ inputs: { a, b } }: RuleCall<BinaryInputs>): Broadcast {
  return planBroadcast(a.shape, b.shape);
}

/** `intsName`: the function for two int32 tensors, if there is one. */
function arithmetic(kernelName: string, nativeName: string, intsName?: string): KernelConfig {
  const compute = nativeFunction<FloatFunction>(nativeName);
  const ofInts = intsName === undefined ? undefined : nativeFunction<BroadcastFunction<Int32Array>>(intsName);
  return defineKernel(kernelName, broadcastRule, (call) => {
    const { a, b } = call.inputs;
    if (ofInts && a.dtype === 'int32' && b.dtype === 'int32')
      return computeBroadcast(ofInts, 'int32', [a, b], call.backend, call.plan);
    if (!areFloats(a, b)) return callCpuKernel(kernelName, call);
    return computeBroadcast(compute, 'float32', [a, b], call.backend, call.plan);
  });
}

function comparison(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<BroadcastFunction<Float32Array, Uint8Array>>(nativeName);
  return defineKernel(kernelName, broadcastRule, (call) => {
    const { inputs, backend } = call;
    const { a, b } = inputs;
    if (!areFloats(a, b)) return callCpuKernel(kernelName, call);
    const { shape, plan } = call.plan;
    const out = backend.allocate(shape, 'bool');
    compute(backend.floats(a), backend.floats(b), backend.bytes(out), plan);
    return out;
  });
}

function logic(kernelName: string, nativeName: string): KernelConfig {
  const compute = nativeFunction<BroadcastFunction<Uint8Array>>(nativeName);
  return defineKernel(kernelName, broadcastRule, (call) => {
    const { a, b } = call.inputs;
    if (a.dtype !== 'bool' || b.dtype !== 'bool') return callCpuKernel(kernelName, call);
    return computeBroadcast(compute, 'bool', [a, b], call.backend, call.plan);
  });
}

const prelu = nativeFunction<FloatFunction>('prelu');
function preluRule({ inputs: { x, alpha } }: RuleCall<PreluInputs>): Broadcast {
  return planBroadcast(x.shape, alpha.shape);
}
const preluKernel = defineKernel(Prelu, preluRule, (call) => {
  const { x, alpha } = call.inputs;
  if (!areFloats(x, alpha)) return callCpuKernel(Prelu, call);
  return computeBroadcast(prelu, 'float32', [x, alpha], call.backend, call.plan);
});

const eluGrad = nativeFunction<FloatFunction>('eluGrad');
function eluGradRule({ inputs: { dy, y } }: RuleCall<{ dy: TensorInfo; y: TensorInfo }>): Broadcast {
  checkShape('dy', dy, y.shape);
  return planBroadcast(dy.shape, y.shape);
}
const eluGradKernel = defineKernel(EluGrad, eluGradRule, (call) => {
  const { dy, y } = call.inputs;
  if (!areFloats(dy, y)) return callCpuKernel(EluGrad, call);
  return computeBroadcast(eluGrad, 'float32', [dy, y], call.backend, call.plan);
});

/** Exponents that need no logarithm. xʸ of −0 and −Infinity differs from √x, hence no 0.5 here. */
const EASY_POWERS: ReadonlyMap<number, FloatFunction> = new Map([[2, nativeFunction<FloatFunction>('multiply')]]);
const pow = nativeFunction<FloatFunction>('pow');
const powKernel = defineKernel(Pow, broadcastRule, (call) => {
  const { inputs, backend, plan } = call;
  const { a, b } = inputs;
  if (!areFloats(a, b)) return callCpuKernel(Pow, call);
  const easy = b.shape.length === 0 ? EASY_POWERS.get(backend.floats(b)[0]!) : undefined;
  if (easy) return computeBroadcast(easy, 'float32', [a, a], backend, planBroadcast(a.shape, a.shape));
  return computeBroadcast(pow, 'float32', [a, b], backend, plan);
});

const add = nativeFunction<FloatFunction>('add');
function addNRule({ inputs }: RuleCall<TensorInfo[]>): Broadcast {
  const [first] = inputs;
  demand(first !== undefined, () => 'there is nothing to add');
  for (const input of inputs) checkShape('a tensor', input, first.shape);
  return planBroadcast(first.shape, first.shape);
}
const addNKernel = defineKernel(AddN, addNRule, (call) => {
  const { inputs, backend, plan } = call;
  const [first, second, ...others] = inputs;
  if (first === undefined || second === undefined || !areFloats(...inputs)) return callCpuKernel(AddN, call);
  const out = computeBroadcast(add, 'float32', [first, second], backend, plan);
  const sum = backend.floats(out);
  for (const other of others) add(sum, backend.floats(other), sum, plan.plan);
  return out;
});

type SelectFunction = (condition: Uint8Array, yes: Float32Array, no: Float32Array, out: Float32Array) => void;
const select = nativeFunction<SelectFunction>('select');
/** A condition with one axis selects among the rows of t and e. */
function selectRule({ inputs: { condition, t, e } }: RuleCall<SelectInputs>): { readonly alike: boolean } {
  checkShape('e', e, t.shape);
  const alike = util.arraysEqual(condition.shape, t.shape);
  const rows = condition.shape.length === 1 && condition.shape[0] === t.shape[0];
  demand(alike || rows, () => `the condition is [${condition.shape}], expected [${t.shape}] or [${t.shape[0] ?? ''}]`);
  return { alike };
}
const selectKernel = defineKernel(Select, selectRule, (call) => {
  const { inputs, backend } = call;
  const { condition, t, e } = inputs;
  if (!call.plan.alike || condition.dtype !== 'bool' || !areFloats(t, e)) return callCpuKernel(Select, call);
  const out = backend.allocate(t.shape, 'float32');
  select(backend.bytes(condition), backend.floats(t), backend.floats(e), backend.floats(out));
  return out;
});

type RectifierGradient = (dy: Float32Array, x: Float32Array, dx: Float32Array, alpha: number) => void;
const rectifierGradient = nativeFunction<RectifierGradient>('rectifierGradient');
function rectifierGradRule({ inputs: { dy, x }, attrs }: RuleCall<RectifierGradInputs, RectifierGradAttrs>): void {
  checkShapes(x.shape, { dy });
  checkNumbers({ alpha: attrs.alpha });
}
const rectifierGradKernel = defineKernel(RECTIFIER_GRAD, rectifierGradRule, ({ inputs, attrs, backend }) => {
  const { dy, x } = inputs;
  const dx = backend.allocate(x.shape, 'float32');
  rectifierGradient(backend.floats(dy), backend.floats(x), backend.floats(dx), attrs.alpha);
  return [dx];
});

export const BINARY_KERNELS: readonly KernelConfig[] = [
  arithmetic(Add, 'add'),
  arithmetic(Sub, 'sub'),
  arithmetic(Multiply, 'multiply', 'multiplyInts'),
  arithmetic(RealDiv, 'realDiv'),
  arithmetic(Maximum, 'maximum'),
  arithmetic(Minimum, 'minimum'),
  arithmetic(SquaredDifference, 'squaredDifference', 'squaredDifferenceInts'),
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
