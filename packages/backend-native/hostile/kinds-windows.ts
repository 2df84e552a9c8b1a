/** Well-formed calls of what multiplies matrices, slides windows, normalises and resizes. */

import { batchNormTraining } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import {
  type Arguments,
  type Draw,
  floats,
  type Given,
  type Inputs,
  type Kind,
  type Kinds,
  known,
} from './arguments.ts';

const image = (draw: Draw, channels = draw.whole(1, 4)) => [
  draw.whole(1, 3),
  draw.whole(3, 9),
  draw.whole(3, 9),
  channels,
];

function window(draw: Draw): Arguments['attrs'] {
  const pad = draw.pick('valid', 'same', 1, [
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ]); // NHWC
  const dimRoundingMode = typeof pad === 'string' ? undefined : draw.pick(undefined, 'floor', 'round');
  return { strides: draw.pick(1, 2, [1, 2]), pad, dimRoundingMode };
}

/** Where a convolution or a pool puts its output, by tfjs-core's own arithmetic. */
function outShape(x: number[], filter: number[], { strides, pad, dimRoundingMode }: Arguments['attrs']): number[] {
  const given = [x, filter, strides, 1, pad, dimRoundingMode, false] as unknown as Parameters<
    typeof tf.backend_util.computeConv2DInfo
  >;
  return tf.backend_util.computeConv2DInfo(...given).outShape;
}

interface Convolution {
  readonly x: number[];
  readonly filter: number[];
  readonly attrs: Arguments['attrs'];
}

function convolution(draw: Draw): Convolution {
  // Wide layers of 3×3 and 4×4 take other ways through native code.
  const wide = draw.whole(0, 29) === 0;
  const x = wide ? [2, 16, 16, 32] : image(draw);
  const side = wide ? draw.pick(3, 4) : draw.whole(1, 3);
  const filter = [side, wide ? side : draw.whole(1, 3), x[3]!, wide ? 32 : draw.whole(1, 5)];
  return { x, filter, attrs: { ...window(draw), dataFormat: 'NHWC', dilations: 1 } };
}

const dilated = (draw: Draw, attrs: Arguments['attrs']): Arguments['attrs'] =>
  attrs.strides === 1 ? { ...attrs, dilations: draw.pick(1, 1, [2, 1]) } : attrs;

function pool(operation: (...args: never[]) => unknown): Kind {
  const make = (draw: Draw): Arguments => ({
    inputs: { x: floats(image(draw)) },
    attrs: { filterSize: draw.pick(1, 2, 3, [3, 2]), ...window(draw) },
  });
  return { make, api: (t, a) => operation(t.x!, a.filterSize!, a.strides!, a.pad!, a.dimRoundingMode!) };
}

function poolGradient(draw: Draw): Arguments {
  const x = image(draw);
  const side = draw.whole(1, 3);
  const attrs = { filterSize: side, ...window(draw) };
  const dy = outShape(x, [side, side, x[3]!, x[3]!], attrs);
  return { inputs: { dy: floats(dy), input: floats(x), output: floats(dy) }, attrs };
}

function matrices(draw: Draw): { a: number[]; b: number[]; attrs: { transposeA: boolean; transposeB: boolean } } {
  const [rows, depth, columns] = draw.shape(3) as [number, number, number];
  const outer = draw.shape(draw.whole(0, 2));
  const batch = () => outer.map((size) => draw.pick(size, size, 1)).slice(draw.pick(0, 0, 0, 1));
  const attrs = { transposeA: draw.flag(), transposeB: draw.flag() };
  const order = (transposed: boolean, ...sizes: number[]) => (transposed ? sizes.reverse() : sizes);
  return {
    a: [...batch(), ...order(attrs.transposeA, rows, depth)],
    b: [...batch(), ...order(attrs.transposeB, depth, columns)],
    attrs,
  };
}

/** What may follow a product of so many columns. */
function tail(draw: Draw, columns: number): { inputs: Inputs; attrs: Arguments['attrs'] } {
  const activation = draw.pick('linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu');
  const bias = { bias: floats(draw.pick([columns], [columns], [1])) };
  const slopes = activation === 'prelu' ? { preluActivationWeights: floats([columns]) } : {};
  return { inputs: draw.flag() ? { ...bias, ...slopes } : slopes, attrs: { activation, leakyreluAlpha: 0.2 } };
}

const fusedOptions = (t: Given, a: Given) => ({
  ...a,
  bias: t.bias!,
  preluActivationWeights: t.preluActivationWeights!,
});

function localResponse(draw: Draw): { x: number[]; attrs: Arguments['attrs'] } {
  return {
    x: image(draw, draw.whole(1, 9)),
    attrs: { depthRadius: draw.pick(0, 1, 2, 5, 1e9), bias: 1, alpha: 0.5, beta: draw.pick(0.5, 0.75) },
  };
}

const batchNormAttrs = (draw: Draw) => ({
  epsilon: 1e-3,
  activation: draw.pick('linear', 'relu', 'leakyRelu'),
  alpha: 0.2,
});
const named = (shape: number[], ...names: string[]): Inputs =>
  Object.fromEntries(names.map((name) => [name, floats(shape)]));

export const PRODUCTS: Kinds = {
  BatchMatMul: {
    make: (draw) => {
      const { a, b, attrs } = matrices(draw);
      return { inputs: { a: floats(a), b: floats(b) }, attrs };
    },
    api: (t, a) => tf.matMul(t.a!, t.b!, a.transposeA!, a.transposeB!),
  },
  _FusedMatMul: {
    make: (draw) => {
      const { a, b, attrs } = matrices(draw);
      const after = tail(draw, b.at(attrs.transposeB ? -2 : -1)!);
      return { inputs: { a: floats(a), b: floats(b), ...after.inputs }, attrs: { ...attrs, ...after.attrs } };
    },
    api: (t, a) => tf.fused.matMul({ a: t.a!, b: t.b!, ...fusedOptions(t, a) }),
  },
  Conv2D: {
    make: (draw) => {
      const { x, filter, attrs } = convolution(draw);
      return { inputs: { x: floats(x), filter: floats(filter) }, attrs: dilated(draw, attrs) };
    },
    api: (t, a) => tf.conv2d(t.x!, t.filter!, a.strides!, a.pad!, a.dataFormat!, a.dilations!, a.dimRoundingMode!),
  },
  FusedConv2D: {
    make: (draw) => {
      const { x, filter, attrs } = convolution(draw);
      const after = tail(draw, filter[3]!);
      return { inputs: { x: floats(x), filter: floats(filter), ...after.inputs }, attrs: { ...attrs, ...after.attrs } };
    },
    api: (t, a) => tf.fused.conv2d({ x: t.x!, filter: t.filter!, ...fusedOptions(t, a) } as never),
  },
  Conv2DBackpropInput: {
    make: (draw) => {
      const { x, filter, attrs } = convolution(draw);
      const inputs = { dy: floats(outShape(x, filter, attrs)), filter: floats(filter) };
      return { inputs, attrs: { ...attrs, inputShape: x } };
    },
    api: (t, a) => tf.conv2dTranspose(t.dy!, t.filter!, a.inputShape!, a.strides!, a.pad!, a.dimRoundingMode!),
  },
  Conv2DBackpropFilter: {
    make: (draw) => {
      const { x, filter, attrs } = convolution(draw);
      const inputs = { x: floats(x), dy: floats(outShape(x, filter, attrs)) };
      return { inputs, attrs: { ...attrs, filterShape: filter } };
    },
  },
  MaxPool: pool(tf.maxPool as never),
  AvgPool: pool(tf.avgPool as never),
  MaxPoolGrad: { make: poolGradient },
  AvgPoolGrad: { make: poolGradient },
  MaxPoolWithArgmax: {
    make: (draw) => ({
      inputs: { x: floats(image(draw)) },
      attrs: {
        filterSize: 2,
        strides: draw.pick(1, 2),
        pad: draw.pick('valid', 'same'),
        includeBatchInIndex: draw.flag(),
      },
    }),
    api: (t, a) => Object.values(tf.maxPoolWithArgmax(t.x!, a.filterSize!, a.strides!, a.pad!, a.includeBatchInIndex!)),
  },
};

export const NORMALISATIONS: Kinds = {
  Softmax: {
    make: (draw) => ({ inputs: { logits: floats(draw.shape(draw.whole(1, 3))) }, attrs: { dim: -1 } }),
    api: (t, a) => tf.softmax(t.logits!, a.dim!),
  },
  LRN: {
    make: (draw) => {
      const { x, attrs } = localResponse(draw);
      return { inputs: { x: floats(x) }, attrs };
    },
    api: (t, a) => tf.localResponseNormalization(t.x! as tf.Tensor4D, a.depthRadius!, a.bias!, a.alpha!, a.beta!),
  },
  LRNGrad: {
    make: (draw) => {
      const { x, attrs } = localResponse(draw);
      return { inputs: named(x, 'x', 'y', 'dy'), attrs };
    },
  },
  FusedBatchNorm: {
    make: (draw) => {
      const x = draw.shape(draw.whole(2, 4));
      const optional = draw.pick([], ['scale'], ['scale', 'offset']);
      const parameters = named([x.at(-1)!], 'mean', 'variance', ...optional);
      return { inputs: { x: floats(x), ...parameters }, attrs: { varianceEpsilon: 2 } };
    },
    api: (t, a) => tf.batchNorm(t.x!, t.mean!, t.variance!, t.offset!, t.scale!, a.varianceEpsilon!),
  },
  T2iBatchNormTraining: {
    make: (draw) => {
      const x = draw.shape(draw.whole(2, 4));
      return { inputs: { x: floats(x), ...named([x.at(-1)!], 'gamma', 'beta') }, attrs: batchNormAttrs(draw) };
    },
    api: (t, a) => Object.values(batchNormTraining(t.x! as tf.Tensor, t.gamma!, t.beta!, a as never)),
  },
  T2iBatchNormTrainingGrad: {
    make: (draw) => {
      const x = draw.shape(draw.whole(2, 4));
      const variance = known(
        'float32',
        Array.from({ length: x.at(-1)! }, () => draw.whole(1, 9) / 4),
      );
      const inputs = { ...named(x, 'dy', 'x'), ...named([x.at(-1)!], 'gamma', 'beta', 'mean'), variance };
      return { inputs, attrs: batchNormAttrs(draw) };
    },
  },
};

function resizing(draw: Draw): { images: number[]; attrs: { size: number[] } & Arguments['attrs'] } {
  const alignCorners = draw.flag();
  const attrs = {
    size: [draw.whole(1, 9), draw.whole(1, 9)],
    alignCorners,
    halfPixelCenters: !alignCorners && draw.flag(),
  };
  return { images: image(draw), attrs };
}

function resize(operation: (...args: never[]) => unknown): Kind {
  const make = (draw: Draw): Arguments => {
    const { images, attrs } = resizing(draw);
    return { inputs: { images: floats(images) }, attrs };
  };
  return { make, api: (t, a) => operation(t.images!, a.size!, a.alignCorners!, a.halfPixelCenters!) };
}

function resizeGradient(draw: Draw): Arguments {
  const { images, attrs } = resizing(draw);
  const dy = [images[0]!, ...attrs.size, images[3]!];
  return { inputs: { images: floats(images), dy: floats(dy) }, attrs };
}

export const RESIZING: Kinds = {
  ResizeBilinear: resize(tf.image.resizeBilinear as never),
  ResizeNearestNeighbor: resize(tf.image.resizeNearestNeighbor as never),
  ResizeBilinearGrad: { make: resizeGradient },
  ResizeNearestNeighborGrad: { make: resizeGradient },
};
