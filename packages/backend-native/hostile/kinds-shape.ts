/** Well-formed calls of what rearranges, joins, cuts and reduces. */

import * as tf from '@tensorflow/tfjs-core';
import {
  type Arguments,
  type Draw,
  flags,
  floats,
  type Given,
  ints,
  type Kind,
  type Kinds,
  listed,
  type TensorSpec,
} from './arguments.ts';

const anyType = (draw: Draw, shape: number[]) => draw.pick(floats(shape), floats(shape), ints(shape), flags(shape));

function reduction(operation: (x: never, axis: never, keepDims: never) => unknown, axisName = 'axis'): Kind {
  const make = (draw: Draw): Arguments => {
    const x = draw.shape();
    const axes = draw.axes(x.length);
    return { inputs: { x: floats(x) }, attrs: { [axisName]: axes, keepDims: draw.flag() } };
  };
  return { make, api: (t, a) => operation(t.x!, a[axisName]!, a.keepDims!) };
}

function logicalReduction(operation: (x: never, axis: never, keepDims: never) => unknown): Kind {
  const { make, api } = reduction(operation);
  return { make: (draw) => toFlags(make(draw)), api: api! };
}

function toFlags({ inputs, attrs }: Arguments): Arguments {
  return { inputs: { x: flags((inputs.x as TensorSpec).shape) }, attrs };
}

function alongAxis(operation: (x: never, axis: never) => unknown): Kind {
  const make = (draw: Draw): Arguments => {
    const x = draw.shape(draw.whole(1, 4));
    return { inputs: { x: floats(x) }, attrs: { axis: draw.axis(x.length) } };
  };
  return { make, api: (t, a) => operation(t.x!, a.axis!) };
}

function cumulative(operation: (x: never, axis: never, exclusive: never, reverse: never) => unknown): Kind {
  const make = (draw: Draw): Arguments => {
    const x = draw.shape(draw.whole(1, 3));
    return { inputs: { x: floats(x) }, attrs: { axis: x.length - 1, exclusive: draw.flag(), reverse: draw.flag() } };
  };
  return { make, api: (t, a) => operation(t.x!, a.axis!, a.exclusive!, a.reverse!) };
}

const list = (tensors: Given) => Object.values(tensors) as never;

export const REDUCTIONS: Kinds = {
  Sum: reduction(tf.sum),
  Mean: reduction(tf.mean),
  Prod: reduction(tf.prod),
  Max: reduction(tf.max, 'reductionIndices'),
  Min: reduction(tf.min),
  All: logicalReduction(tf.all),
  Any: logicalReduction(tf.any),
  ArgMax: alongAxis(tf.argMax),
  ArgMin: alongAxis(tf.argMin),
  Cumsum: cumulative(tf.cumsum),
  Cumprod: cumulative(tf.cumprod),
};

export const SHAPES: Kinds = {
  Transpose: {
    make: (draw) => {
      const x = draw.shape();
      return { inputs: { x: anyType(draw, x) }, attrs: { perm: draw.order(x.length) } };
    },
    api: (t, a) => tf.transpose(t.x!, a.perm!),
  },
  Reverse: {
    make: (draw) => {
      const x = draw.shape();
      return { inputs: { x: anyType(draw, x) }, attrs: { dims: draw.axes(x.length) } };
    },
    api: (t, a) => tf.reverse(t.x!, a.dims!),
  },
  PadV2: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4));
      const paddings = x.map(() => [draw.whole(0, 2), draw.whole(0, 2)]);
      return { inputs: { x: anyType(draw, x) }, attrs: { paddings, constantValue: draw.pick(0, 1) } };
    },
    api: (t, a) => tf.pad(t.x!, a.paddings!, a.constantValue!),
  },
  MirrorPad: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4)).map((size) => size + 1);
      const paddings = x.map(() => [draw.whole(0, 1), draw.whole(0, 1)]);
      return { inputs: { x: floats(x) }, attrs: { paddings, mode: draw.pick('reflect', 'symmetric') } };
    },
    api: (t, a) => tf.mirrorPad(t.x!, a.paddings!, a.mode!),
  },
  Tile: {
    make: (draw) => {
      const x = draw.shape();
      return { inputs: { x: anyType(draw, x) }, attrs: { reps: x.map(() => draw.whole(0, 3)) } };
    },
    api: (t, a) => tf.tile(t.x!, a.reps!),
  },
  Concat: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4));
      const axis = draw.whole(0, x.length - 1);
      const parts = Array.from({ length: draw.whole(1, 3) }, () => x.with(axis, draw.whole(0, 3)));
      const spec = draw.pick(floats, floats, ints, flags);
      return { inputs: listed(parts.map((part) => spec(part))), list: true, attrs: { axis } };
    },
    api: (t, a) => tf.concat(list(t), a.axis!),
  },
  Pack: {
    make: (draw) => {
      const x = draw.shape(draw.whole(0, 3));
      const spec = draw.pick(floats, floats, ints, flags);
      const inputs = listed(Array.from({ length: draw.whole(1, 3) }, () => spec(x)));
      return { inputs, list: true, attrs: { axis: draw.whole(0, x.length) } };
    },
    api: (t, a) => tf.stack(list(t), a.axis!),
  },
  Slice: {
    make: (draw) => {
      const x = draw.shape();
      const begin = x.map((size) => draw.whole(0, size));
      return {
        inputs: { x: anyType(draw, x) },
        attrs: { begin, size: x.map((n, i) => draw.whole(-1, n - begin[i]!)) },
      };
    },
    api: (t, a) => tf.slice(t.x!, a.begin!, a.size!),
  },
  StridedSlice: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4));
      const mask = () => draw.pick(0, 0, 0, 1, 2, 3);
      const attrs = {
        begin: x.map((size) => draw.whole(-size - 1, size + 1)),
        end: x.map((size) => draw.whole(-size - 1, size + 1)),
        strides: x.map(() => draw.pick(1, 1, 2, -1, -3)),
        beginMask: mask(),
        endMask: mask(),
        ellipsisMask: draw.pick(0, 0, 0, 1, 2),
        newAxisMask: mask(),
        shrinkAxisMask: mask(),
      };
      return { inputs: { x: anyType(draw, x) }, attrs };
    },
    api: (t, a) =>
      tf.stridedSlice(
        t.x!,
        a.begin!,
        a.end!,
        a.strides!,
        a.beginMask!,
        a.endMask!,
        a.ellipsisMask!,
        a.newAxisMask!,
        a.shrinkAxisMask!,
      ),
  },
  SplitV: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4));
      const axis = draw.whole(0, x.length - 1);
      const first = draw.whole(0, x[axis]!);
      const numOrSizeSplits = draw.pick(x[axis]!, [first, x[axis]! - first], [first, -1]);
      return { inputs: { x: anyType(draw, x) }, attrs: { numOrSizeSplits, axis } };
    },
    api: (t, a) => tf.split(t.x!, a.numOrSizeSplits!, a.axis!),
  },
  Unpack: {
    make: (draw) => {
      const value = draw.shape(draw.whole(1, 4));
      return { inputs: { value: anyType(draw, value) }, attrs: { axis: draw.axis(value.length) } };
    },
    api: (t, a) => tf.unstack(t.value!, a.axis!),
  },
  GatherV2: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 4));
      const axis = draw.whole(0, x.length - 1);
      const batchDims = draw.whole(0, Math.min(axis, 1));
      const indices = [...x.slice(0, batchDims), ...draw.shape(draw.whole(0, 2))];
      return { inputs: { x: anyType(draw, x), indices: ints(indices, x[axis]!) }, attrs: { axis, batchDims } };
    },
    api: (t, a) => tf.gather(t.x!, t.indices!, a.axis!, a.batchDims!),
  },
  GatherNd: {
    make: (draw) => {
      const params = draw.shape(draw.whole(1, 3));
      const indices = [draw.whole(1, 4), draw.whole(1, params.length)];
      return { inputs: { params: floats(params), indices: ints(indices, Math.min(...params)) }, attrs: {} };
    },
    api: (t) => tf.gatherND(t.params!, t.indices!),
  },
  Reshape: {
    make: (draw) => {
      const x = draw.shape();
      return { inputs: { x: anyType(draw, x) }, attrs: { shape: draw.pick([-1], x.toReversed(), [1, ...x]) } };
    },
    api: (t, a) => tf.reshape(t.x!, a.shape!),
  },
  ExpandDims: {
    make: (draw) => {
      const input = draw.shape();
      return { inputs: { input: anyType(draw, input) }, attrs: { dim: draw.whole(0, input.length) } };
    },
    api: (t, a) => tf.expandDims(t.input!, a.dim!),
  },
  DepthToSpace: {
    make: (draw) => {
      const blockSize = draw.whole(2, 3);
      const [batch, height, width] = draw.shape(3) as [number, number, number];
      const depth = blockSize ** 2 * draw.whole(1, 3);
      const dataFormat = draw.pick('NHWC', 'NHWC', 'NCHW');
      const x = dataFormat === 'NHWC' ? [batch, height, width, depth] : [batch, depth, height, width];
      return { inputs: { x: anyType(draw, x) }, attrs: { blockSize, dataFormat } };
    },
    api: (t, a) => tf.depthToSpace(t.x!, a.blockSize!, a.dataFormat!),
  },
  BatchToSpaceND: {
    make: (draw) => {
      const blockShape = [draw.whole(1, 2), draw.whole(1, 3)];
      const x = [blockShape[0]! * blockShape[1]! * draw.whole(1, 2), ...draw.shape(2), draw.whole(1, 2)];
      return { inputs: { x: floats(x) }, attrs: { blockShape, crops: blockShape.map(() => [0, draw.whole(0, 1)]) } };
    },
    api: (t, a) => tf.batchToSpaceND(t.x!, a.blockShape!, a.crops!),
  },
  SpaceToBatchND: {
    make: (draw) => {
      const blockShape = [draw.whole(1, 2), draw.whole(1, 3)];
      const spatial = blockShape.map((block) => block * draw.whole(1, 3));
      const paddings = blockShape.map((block) => draw.pick([0, 0], [block, 0]));
      return { inputs: { x: floats([draw.size(), ...spatial, draw.size()]) }, attrs: { blockShape, paddings } };
    },
    api: (t, a) => tf.spaceToBatchND(t.x!, a.blockShape!, a.paddings!),
  },
  Fill: {
    make: (draw) => ({
      inputs: {},
      attrs: { shape: draw.shape(), value: 1.5, dtype: draw.pick('float32', 'int32', 'bool') },
    }),
    api: (_, a) => tf.fill(a.shape!, a.value!, a.dtype!),
  },
  Range: {
    make: (draw) => ({
      inputs: {},
      attrs: { start: draw.whole(-3, 3), stop: draw.whole(-9, 9), step: draw.pick(1, 2, 0.5, -1), dtype: 'float32' },
    }),
    api: (_, a) => tf.range(a.start!, a.stop!, a.step!, a.dtype!),
  },
  LinSpace: {
    make: (draw) => ({ inputs: {}, attrs: { start: 0, stop: draw.whole(1, 9), num: draw.whole(1, 9) } }),
    api: (_, a) => tf.linspace(a.start!, a.stop!, a.num!),
  },
  OneHot: {
    make: (draw) => {
      const depth = draw.whole(1, 5);
      return {
        inputs: { indices: ints(draw.shape(), depth + 1) },
        attrs: { depth, onValue: 1, offValue: 0, dtype: 'float32' },
      };
    },
    api: (t, a) => tf.oneHot(t.indices!, a.depth!, a.onValue!, a.offValue!, a.dtype!),
  },
  Diag: {
    make: (draw) => ({ inputs: { x: floats(draw.shape(draw.whole(1, 2))) }, attrs: {} }),
    api: (t) => tf.diag(t.x!),
  },
  BroadcastArgs: {
    make: (draw) => {
      const rank = draw.whole(1, 3);
      return { inputs: { s0: ints([rank], 2), s1: ints([rank], 2) }, attrs: {} };
    },
    api: (t) => tf.broadcastArgs(t.s0!, t.s1!),
  },
  Unique: alongAxis((x, axis) => tf.unique(x, axis)),
  TopK: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 3));
      return { inputs: { x: floats(x) }, attrs: { k: draw.whole(0, x.at(-1)!), sorted: true } };
    },
    api: (t, a) => Object.values(tf.topk(t.x!, a.k!, a.sorted!)),
  },
};
