/** Operations on each element of one float32 tensor; other types run the inherited kernels. */

import type {
  ClipByValueAttrs,
  KernelConfig,
  LeakyReluAttrs,
  StepAttrs,
  TensorInfo,
  UnaryInputs,
} from '@tensorflow/tfjs-core';
import {
  Abs,
  ClipByValue,
  Elu,
  Exp,
  Expm1,
  LeakyRelu,
  Log,
  Log1p,
  Neg,
  Reciprocal,
  Relu,
  Relu6,
  Rsqrt,
  Sigmoid,
  Sign,
  Softplus,
  Sqrt,
  Square,
  Step,
  Tanh,
} from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkNumbers } from '../sizes.ts';
import { squareInts } from './integers.ts';

type UnaryFunction = (x: Float32Array, out: Float32Array, ...parameters: number[]) => void;

function unary<Attrs>(
  kernelName: string,
  nativeName: string,
  parameters: (attrs: Attrs) => number[] = () => [],
  ofInts?: (x: TensorInfo, backend: NativeBackend) => TensorInfo,
): KernelConfig {
  const compute = nativeFunction<UnaryFunction>(nativeName);
  const rule = ({ inputs, attrs }: RuleCall<UnaryInputs, Attrs>) => {
    const numbers = parameters(attrs);
    checkNumbers({ ...numbers });
    return { shape: inputs.x.shape, numbers };
  };
  return defineKernel(kernelName, rule, (call) => {
    const { inputs, backend, plan } = call;
    if (ofInts && inputs.x.dtype === 'int32') return ofInts(inputs.x, backend);
    if (inputs.x.dtype !== 'float32') return callCpuKernel(kernelName, call);
    const out = backend.allocate(plan.shape, 'float32');
    compute(backend.floats(inputs.x), backend.floats(out), ...plan.numbers);
    return out;
  });
}

export const UNARY_KERNELS: readonly KernelConfig[] = [
  unary(Abs, 'abs'),
  unary<ClipByValueAttrs>(ClipByValue, 'clipByValue', ({ clipValueMin, clipValueMax }) => [clipValueMin, clipValueMax]),
  unary(Elu, 'elu'),
  unary(Exp, 'exp'),
  unary(Expm1, 'expm1'),
  unary<LeakyReluAttrs>(LeakyRelu, 'leakyRelu', ({ alpha }) => [alpha]),
  unary(Log, 'log'),
  unary(Log1p, 'log1p'),
  unary(Neg, 'neg'),
  unary(Reciprocal, 'reciprocal'),
  unary(Relu, 'relu'),
  unary(Relu6, 'relu6'),
  unary(Rsqrt, 'rsqrt'),
  unary(Sigmoid, 'sigmoid'),
  unary(Sign, 'sign'),
  unary(Softplus, 'softplus'),
  unary(Sqrt, 'sqrt'),
  unary(Square, 'square', () => [], squareInts),
  unary<StepAttrs>(Step, 'step', ({ alpha }) => [alpha]),
  unary(Tanh, 'tanh'),
];
