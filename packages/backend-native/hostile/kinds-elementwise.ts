/** Well-formed calls of what works element by element. */

import { weightedSum } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import { type Arguments, type Draw, flags, floats, type Given, ints, type Kind, type Kinds } from './arguments.ts';

const api = tf as unknown as Record<string, (...tensors: unknown[]) => unknown>;

const x = (draw: Draw): Arguments => ({ inputs: { x: floats(draw.shape()) }, attrs: {} });
const xOfAnyType = (draw: Draw): Arguments => {
  const shape = draw.shape();
  return { inputs: { x: draw.pick(floats(shape), ints(shape), flags(shape)) }, attrs: {} };
};

function unary(names: string): Kinds {
  const kinds = names.split(' ').map((name): [string, Kind] => {
    const operation = name[0]!.toLowerCase() + name.slice(1);
    return [name, { make: x, ...(api[operation] && { api: (t: Given) => api[operation]!(t.x!) }) }];
  });
  return Object.fromEntries(kinds);
}

/** Two shapes that broadcast. */
function pair(draw: Draw): [number[], number[]] {
  const shape = draw.shape();
  const other = shape.map((size) => (draw.whole(0, 3) === 0 ? 1 : size)).slice(draw.pick(0, 0, 0, 1));
  return draw.flag() ? [shape, other] : [other, shape];
}

function binary(names: string, operands: (draw: Draw, a: number[], b: number[]) => Arguments['inputs']): Kinds {
  const kinds = names.split(' ').map((kernel): [string, Kind] => {
    const [name, operation] = kernel.split('/') as [string, string?];
    const call = operation ?? name[0]!.toLowerCase() + name.slice(1);
    const make = (draw: Draw) => ({ inputs: operands(draw, ...pair(draw)), attrs: {} });
    return [name, { make, api: (t) => api[call]!(t.a!, t.b!) }];
  });
  return Object.fromEntries(kinds);
}

const mostlyFloats = (draw: Draw, a: number[], b: number[]) =>
  draw.pick({ a: floats(a), b: floats(b) }, { a: floats(a), b: floats(b) }, { a: ints(a), b: ints(b) });

function twoAlike(draw: Draw, ...names: string[]): Arguments['inputs'] {
  const shape = draw.shape();
  return Object.fromEntries(names.map((name) => [name, floats(shape)]));
}

export const ELEMENTWISE: Kinds = {
  ...unary(
    'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p ' +
      'Neg OnesLike Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square Tan Tanh ZerosLike',
  ),
  ...binary(
    'Add Sub Multiply/mul RealDiv/div Maximum Minimum SquaredDifference Pow Atan2 Mod FloorDiv ' +
      'Greater GreaterEqual Less LessEqual Equal NotEqual',
    mostlyFloats,
  ),
  ...binary('LogicalAnd LogicalOr', (_, a, b) => ({ a: flags(a), b: flags(b) })),
  BitwiseAnd: {
    make: (draw) => {
      const shape = draw.shape();
      return { inputs: { a: ints(shape), b: ints(shape) }, attrs: {} };
    },
    api: (t) => tf.bitwiseAnd(t.a!, t.b!),
  },
  LogicalNot: { make: (draw) => ({ inputs: { x: flags(draw.shape()) }, attrs: {} }), api: (t) => tf.logicalNot(t.x!) },
  Identity: { make: xOfAnyType, api: (t) => tf.clone(t.x!) },
  ComplexAbs: { make: x },
  ClipByValue: {
    make: (draw) => ({ ...x(draw), attrs: { clipValueMin: -0.5, clipValueMax: draw.pick(0.5, 0) } }),
    api: (t, a) => tf.clipByValue(t.x!, a.clipValueMin!, a.clipValueMax!),
  },
  LeakyRelu: {
    make: (draw) => ({ ...x(draw), attrs: { alpha: draw.pick(0, 0.2, 2) } }),
    api: (t, a) => tf.leakyRelu(t.x!, a.alpha!),
  },
  Step: { make: (draw) => ({ ...x(draw), attrs: { alpha: draw.pick(0, 1) } }), api: (t, a) => tf.step(t.x!, a.alpha!) },
  Cast: {
    make: (draw) => ({ ...xOfAnyType(draw), attrs: { dtype: draw.pick('float32', 'int32', 'bool', 'complex64') } }),
    api: (t, a) => tf.cast(t.x!, a.dtype!),
  },
  Prelu: {
    make: (draw) => {
      const [a, b] = pair(draw);
      return { inputs: { x: floats(a), alpha: floats(b) }, attrs: {} };
    },
    api: (t) => tf.prelu(t.x!, t.alpha!),
  },
  EluGrad: { make: (draw) => ({ inputs: twoAlike(draw, 'dy', 'y'), attrs: {} }) },
  AddN: {
    make: (draw) => ({
      inputs: twoAlike(draw, ...['0', '1', '2', '3'].slice(draw.whole(0, 3))),
      list: true,
      attrs: {},
    }),
    api: (t) => tf.addN(Object.values(t) as never),
  },
  Select: {
    make: (draw) => {
      const shape = draw.shape();
      const rows = shape.length > 0 && draw.flag() ? shape.slice(0, 1) : shape;
      return { inputs: { condition: flags(rows), t: floats(shape), e: floats(shape) }, attrs: {} };
    },
    api: (t) => tf.where(t.condition!, t.t!, t.e!),
  },
  Complex: {
    make: (draw) => ({ inputs: twoAlike(draw, 'real', 'imag'), attrs: {} }),
    api: (t) => tf.complex(t.real!, t.imag!),
  },
  Real: { make: (draw) => ({ inputs: twoAlike(draw, 'input'), attrs: {} }) },
  Imag: { make: (draw) => ({ inputs: twoAlike(draw, 'input'), attrs: {} }) },
  FFT: { make: (draw) => ({ inputs: { input: floats(draw.shape(2)) }, attrs: {} }) },
  IFFT: { make: (draw) => ({ inputs: { input: floats(draw.shape(2)) }, attrs: {} }) },
  T2iWeightedSum: {
    make: (draw) => ({ inputs: twoAlike(draw, 'a', 'b'), attrs: { weightA: 0.25, weightB: -2 } }),
    api: (t, a) => weightedSum(t.a! as tf.Tensor, t.b! as tf.Tensor, a.weightA!, a.weightB!),
  },
  T2iAdam: {
    make: (draw) => ({
      inputs: twoAlike(draw, 'variable', 'm', 'v', 'gradient'),
      attrs: { learningRate: 0.01, beta1: 0.5, beta2: 0.999, epsilon: 1e-8, correction1: 0.5, correction2: 0.001 },
    }),
  },
  T2iRmsProp: {
    make: (draw) => ({
      inputs: twoAlike(draw, 'variable', 'meanSquare', 'gradient'),
      attrs: { learningRate: 0.01, decay: 0.9, epsilon: 1e-6 },
    }),
  },
  T2iRectifierGrad: { make: (draw) => ({ inputs: twoAlike(draw, 'dy', 'x'), attrs: { alpha: draw.pick(0, 0.2) } }) },
};
