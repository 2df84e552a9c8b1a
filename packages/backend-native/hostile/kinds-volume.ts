/** Well-formed calls of what slides windows and is inherited from the cpu backend: over each channel alone, over volumes. */

import * as tf from '@tensorflow/tfjs-core';
import { type Arguments, type Draw, floats, type Kind, type Kinds } from './arguments.ts';

interface Depthwise {
  readonly x: number[];
  readonly filter: number[];
  readonly dy: number[];
  readonly attrs: Arguments['attrs'];
}

function depthwise(draw: Draw): Depthwise {
  const x = [draw.whole(1, 2), draw.whole(3, 6), draw.whole(3, 6), draw.whole(1, 3)];
  const filter = [draw.whole(1, 3), draw.whole(1, 3), x[3]!, draw.whole(1, 2)];
  const [strides, pad] = [draw.pick(1, 2), draw.pick('valid', 'same')];
  const dy = tf.backend_util.computeConv2DInfo(x as never, filter as never, strides, 1, pad, undefined, true).outShape;
  return { x, filter, dy, attrs: { strides, pad, dataFormat: 'NHWC', dilations: 1 } };
}

interface Volume {
  readonly x: number[];
  readonly filter: number[];
  readonly attrs: Arguments['attrs'] & { strides: number; pad: 'valid' | 'same' };
}

function volume(draw: Draw): Volume {
  const x = [draw.whole(1, 2), draw.whole(2, 4), draw.whole(2, 4), draw.whole(2, 4), draw.whole(1, 2)];
  const filter = [draw.whole(1, 2), draw.whole(1, 2), draw.whole(1, 2), x[4]!, draw.whole(1, 2)];
  return {
    x,
    filter,
    attrs: { strides: draw.pick(1, 2), pad: draw.pick('valid', 'same'), dataFormat: 'NDHWC', dilations: 1 },
  };
}

const volumeOut = ({ x, filter, attrs }: Volume) =>
  tf.backend_util.computeConv3DInfo(x as never, filter as never, attrs.strides, 1, attrs.pad).outShape;

function pool3D(operation: (...args: never[]) => unknown): Kind {
  const make = (draw: Draw): Arguments => {
    const { x, attrs } = volume(draw);
    return { inputs: { x: floats(x) }, attrs: { ...attrs, filterSize: draw.whole(1, 2) } };
  };
  return { make, api: (t, a) => operation(t.x!, a.filterSize!, a.strides!, a.pad!) };
}

function pool3DGradient(draw: Draw): Arguments {
  const { x, attrs } = volume(draw);
  const filterSize = draw.whole(1, 2);
  const dy = volumeOut({ x, filter: [filterSize, filterSize, filterSize, x[4]!, x[4]!], attrs });
  return { inputs: { dy: floats(dy), input: floats(x), output: floats(dy) }, attrs: { ...attrs, filterSize } };
}

function dilation(draw: Draw, gradient: boolean): Arguments {
  const x = [1, draw.whole(3, 5), draw.whole(3, 5), draw.whole(1, 2)];
  const filter = [draw.whole(1, 2), draw.whole(1, 2), x[3]!];
  const attrs = { strides: draw.pick(1, 2), pad: draw.pick('valid', 'same'), dilations: 1 };
  const info = tf.backend_util.computeDilation2DInfo(x as never, filter as never, attrs.strides, attrs.pad, 'NHWC', 1);
  const dy = gradient ? { dy: floats(info.outShape) } : {};
  return { inputs: { x: floats(x), filter: floats(filter), ...dy }, attrs };
}

export const VOLUMES: Kinds = {
  DepthwiseConv2dNative: {
    make: (draw) => {
      const { x, filter, attrs } = depthwise(draw);
      return { inputs: { x: floats(x), filter: floats(filter) }, attrs };
    },
    api: (t, a) => tf.depthwiseConv2d(t.x!, t.filter!, a.strides!, a.pad!, a.dataFormat!, a.dilations!),
  },
  FusedDepthwiseConv2D: {
    make: (draw) => {
      const { x, filter, dy, attrs } = depthwise(draw);
      const inputs = { x: floats(x), filter: floats(filter), bias: floats([dy[3]!]) };
      return { inputs, attrs: { ...attrs, activation: draw.pick('linear', 'relu') } };
    },
    api: (t, a) => tf.fused.depthwiseConv2d({ ...t, ...a } as never),
  },
  DepthwiseConv2dNativeBackpropInput: {
    make: (draw) => {
      const { x, filter, dy, attrs } = depthwise(draw);
      return { inputs: { dy: floats(dy), filter: floats(filter) }, attrs: { ...attrs, inputShape: x } };
    },
  },
  DepthwiseConv2dNativeBackpropFilter: {
    make: (draw) => {
      const { x, filter, dy, attrs } = depthwise(draw);
      return { inputs: { x: floats(x), dy: floats(dy) }, attrs: { ...attrs, filterShape: filter } };
    },
  },
  Conv3D: {
    make: (draw) => {
      const { x, filter, attrs } = volume(draw);
      return { inputs: { x: floats(x), filter: floats(filter) }, attrs };
    },
    api: (t, a) => tf.conv3d(t.x!, t.filter!, a.strides!, a.pad!, a.dataFormat!, a.dilations!),
  },
  Conv3DBackpropInputV2: {
    make: (draw) => {
      const one = volume(draw);
      const inputs = { dy: floats(volumeOut(one)), filter: floats(one.filter) };
      return { inputs, attrs: { ...one.attrs, inputShape: one.x } };
    },
  },
  Conv3DBackpropFilterV2: {
    make: (draw) => {
      const one = volume(draw);
      return {
        inputs: { x: floats(one.x), dy: floats(volumeOut(one)) },
        attrs: { ...one.attrs, filterShape: one.filter },
      };
    },
  },
  AvgPool3D: pool3D(tf.avgPool3d as never),
  MaxPool3D: pool3D(tf.maxPool3d as never),
  AvgPool3DGrad: { make: pool3DGradient },
  MaxPool3DGrad: { make: pool3DGradient },
  Dilation2D: {
    make: (draw) => dilation(draw, false),
    api: (t, a) => tf.dilation2d(t.x!, t.filter!, a.strides!, a.pad!, a.dilations!),
  },
  Dilation2DBackpropInput: { make: (draw) => dilation(draw, true) },
  Dilation2DBackpropFilter: { make: (draw) => dilation(draw, true) },
};
