/** Well-formed calls of what is inherited from the cpu backend: images, sparse and ragged tensors, strings. */

import * as tf from '@tensorflow/tfjs-core';
import { type Arguments, type Draw, floats, ints, type Kinds, known, listed } from './arguments.ts';

function suppression(draw: Draw): {
  inputs: Arguments['inputs'];
  attrs: { maxOutputSize: number } & Arguments['attrs'];
} {
  const boxes = draw.whole(1, 5);
  return {
    inputs: { boxes: floats([boxes, 4]), scores: floats([boxes]) },
    attrs: { maxOutputSize: draw.whole(1, 6), iouThreshold: 0.5, scoreThreshold: -9 },
  };
}

const image = (draw: Draw) => [draw.whole(1, 2), draw.whole(2, 5), draw.whole(2, 5), draw.whole(1, 3)];

export const IMAGES: Kinds = {
  CropAndResize: {
    make: (draw) => {
      const shape = image(draw);
      const boxes = draw.whole(1, 3);
      return {
        inputs: { image: floats(shape), boxes: floats([boxes, 4]), boxInd: ints([boxes], shape[0]) },
        attrs: {
          cropSize: [draw.whole(1, 4), draw.whole(1, 4)],
          method: draw.pick('bilinear', 'nearest'),
          extrapolationValue: 0,
        },
      };
    },
    api: (t, a) => tf.image.cropAndResize(t.image!, t.boxes!, t.boxInd!, a.cropSize!, a.method!, a.extrapolationValue!),
  },
  FlipLeftRight: {
    make: (draw) => ({ inputs: { image: floats(image(draw)) }, attrs: {} }),
    api: (t) => tf.image.flipLeftRight(t.image!),
  },
  RotateWithOffset: {
    make: (draw) => ({ inputs: { image: floats(image(draw)) }, attrs: { radians: 0.5, fillValue: 0, center: 0.5 } }),
    api: (t, a) => tf.image.rotateWithOffset(t.image!, a.radians!, a.fillValue!, a.center!),
  },
  Transform: {
    make: (draw) => {
      const shape = image(draw);
      const attrs = {
        interpolation: draw.pick('nearest', 'bilinear'),
        fillMode: draw.pick('constant', 'reflect', 'wrap', 'nearest'),
        fillValue: 0,
        outputShape: [draw.whole(1, 5), draw.whole(1, 5)],
      };
      return { inputs: { image: floats(shape), transforms: floats([shape[0]!, 8]) }, attrs };
    },
    api: (t, a) =>
      tf.image.transform(t.image!, t.transforms!, a.interpolation!, a.fillMode!, a.fillValue!, a.outputShape!),
  },
  NonMaxSuppressionV3: {
    make: suppression,
    api: (t, a) =>
      tf.image.nonMaxSuppression(t.boxes!, t.scores!, a.maxOutputSize!, a.iouThreshold!, a.scoreThreshold!),
  },
  NonMaxSuppressionV4: {
    make: (draw) => {
      const { inputs, attrs } = suppression(draw);
      return { inputs, attrs: { ...attrs, padToMaxOutputSize: draw.flag() } };
    },
  },
  NonMaxSuppressionV5: {
    make: (draw) => {
      const { inputs, attrs } = suppression(draw);
      return { inputs, attrs: { ...attrs, softNmsSigma: draw.pick(0, 0.5) } };
    },
  },
  Draw: { make: (draw) => ({ inputs: { image: floats([2, 2, 3]) }, attrs: { canvas: draw.whole(0, 1) } }) },
};

export const SPARSE: Kinds = {
  Bincount: {
    make: (draw) => {
      const [count, size] = [draw.whole(1, 6), draw.whole(1, 5)];
      return { inputs: { x: ints([count], size + 1), weights: floats([draw.pick(count, 0)]) }, attrs: { size } };
    },
    api: (t, a) => tf.bincount(t.x!, t.weights!, a.size!),
  },
  DenseBincount: {
    make: (draw) => {
      const [x, size] = [draw.shape(draw.whole(1, 2)), draw.whole(1, 5)];
      return {
        inputs: { x: ints(x, size), weights: floats(draw.pick(x, [0])) },
        attrs: { size, binaryOutput: draw.flag() },
      };
    },
    api: (t, a) => tf.denseBincount(t.x!, t.weights!, a.size!, a.binaryOutput!),
  },
  Einsum: {
    make: (draw) => {
      const [i, j, k] = draw.shape(3) as [number, number, number];
      const inputs = listed([floats([i, j]), floats([j, k])]);
      return { inputs, list: true, attrs: { equation: draw.pick('ij,jk->ik', 'ij,jk->', 'ij,jk->j') } };
    },
    api: (t, a) => tf.einsum(a.equation!, ...(Object.values(t) as never[])),
  },
  Multinomial: {
    make: (draw) => ({
      inputs: { logits: floats(draw.shape(2)) },
      attrs: { numSamples: draw.whole(1, 5), seed: 3, normalized: false },
    }),
    api: (t, a) => tf.multinomial(t.logits!, a.numSamples!, a.seed! || 1, a.normalized!),
  },
  ScatterNd: {
    make: (draw) => {
      const count = draw.whole(1, 4);
      return { inputs: { indices: ints([count, 1], 3), updates: floats([count, 2]) }, attrs: { shape: [3, 2] } };
    },
    api: (t, a) => tf.scatterND(t.indices!, t.updates!, a.shape!),
  },
  TensorScatterUpdate: {
    make: (draw) => {
      const count = draw.whole(1, 3);
      return {
        inputs: { tensor: floats([3, 2]), indices: ints([count, 1], 3), updates: floats([count, 2]) },
        attrs: {},
      };
    },
    api: (t) => tf.tensorScatterUpdate(t.tensor!, t.indices!, t.updates!),
  },
  SearchSorted: {
    make: (draw) => {
      const rows = draw.whole(1, 3);
      const inputs = { sortedSequence: floats([rows, draw.whole(1, 4)]), values: floats([rows, draw.whole(1, 4)]) };
      return { inputs, attrs: { side: draw.pick('left', 'right') } };
    },
    api: (t, a) => tf.searchSorted(t.sortedSequence!, t.values!, a.side!),
  },
  SparseFillEmptyRows: {
    make: () => ({
      inputs: {
        indices: known('int32', [0, 1, 2, 0], [2, 2]),
        values: known('float32', [1, 2]),
        denseShape: known('int32', [4, 3]),
        defaultValue: known('float32', [9], []),
      },
      attrs: {},
    }),
    api: (t) => Object.values(tf.sparse.sparseFillEmptyRows(t.indices!, t.values!, t.denseShape!, t.defaultValue!)),
  },
  SparseReshape: {
    make: () => ({
      inputs: {
        inputIndices: known('int32', [0, 1, 1, 0], [2, 2]),
        inputShape: known('int32', [2, 3]),
        newShape: known('int32', [3, -1]),
      },
      attrs: {},
    }),
    api: (t) => Object.values(tf.sparse.sparseReshape(t.inputIndices!, t.inputShape!, t.newShape!)),
  },
  SparseSegmentMean: { make: segments, api: (t) => tf.sparse.sparseSegmentMean(t.data!, t.indices!, t.segmentIds!) },
  SparseSegmentSum: { make: segments, api: (t) => tf.sparse.sparseSegmentSum(t.data!, t.indices!, t.segmentIds!) },
  SparseToDense: {
    make: (draw) => ({
      inputs: { sparseIndices: ints([3, 2], 3), sparseValues: floats([3]), defaultValue: floats([]) },
      attrs: { outputShape: [3, draw.whole(3, 4)] },
    }),
    api: (t, a) => tf.sparseToDense(t.sparseIndices!, t.sparseValues!, a.outputShape!, t.defaultValue!),
  },
  UnsortedSegmentSum: {
    make: (draw) => {
      const x = draw.shape(draw.whole(1, 3));
      const numSegments = draw.whole(1, 4);
      return { inputs: { x: floats(x), segmentIds: ints(x.slice(0, 1), numSegments) }, attrs: { numSegments } };
    },
    api: (t, a) => tf.unsortedSegmentSum(t.x!, t.segmentIds!, a.numSegments!),
  },
  RaggedRange: {
    make: (draw) => ({
      inputs: {
        starts: known('int32', [0, 2]),
        limits: known('int32', [draw.whole(0, 4), 5]),
        deltas: known('int32', [1, draw.whole(1, 2)]),
      },
      attrs: {},
    }),
  },
  RaggedGather: {
    make: () => ({
      inputs: {
        paramsNestedSplits: [known('int32', [0, 2, 3])],
        paramsDenseValues: floats([3, 2]),
        indices: known('int32', [1, 0]),
      },
      attrs: { outputRaggedRank: 1 },
    }),
  },
  RaggedTensorToTensor: {
    make: () => ({
      inputs: {
        shape: known('int32', [2, 3]),
        values: floats([3]),
        defaultValue: known('float32', [0], []),
        rowPartitionTensors: [known('int32', [0, 2, 3])],
      },
      attrs: { rowPartitionTypes: ['ROW_SPLITS'] },
    }),
  },
};

function segments(draw: Draw): Arguments {
  const inputs = { data: floats([3, 2]), indices: ints([3], 3), segmentIds: known('int32', [0, 0, draw.whole(0, 2)]) };
  return { inputs, attrs: {} };
}

export const STRINGS: Kinds = {
  StaticRegexReplace: {
    make: () => ({
      inputs: { x: known('string', ['aba', 'b']) },
      attrs: { pattern: 'b', rewrite: 'c', replaceGlobal: true },
    }),
    api: (t, a) => tf.string.staticRegexReplace(t.x!, a.pattern!, a.rewrite!, a.replaceGlobal!),
  },
  StringNGrams: {
    make: () => ({
      inputs: { data: known('string', ['a', 'b', 'c']), dataSplits: known('int32', [0, 2, 3]) },
      attrs: {
        separator: '|',
        nGramWidths: [2],
        leftPad: 'L',
        rightPad: 'R',
        padWidth: -1,
        preserveShortSequences: false,
      },
    }),
  },
  StringSplit: {
    make: (draw) => ({
      inputs: { input: known('string', ['a b', ' c']), delimiter: known('string', [' '], []) },
      attrs: { skipEmpty: draw.flag() },
    }),
    api: (t, a) => Object.values(tf.string.stringSplit(t.input!, t.delimiter!, a.skipEmpty!)),
  },
  StringToHashBucketFast: {
    make: () => ({ inputs: { input: known('string', ['a', 'b', 'c']) }, attrs: { numBuckets: 7 } }),
    api: (t, a) => tf.string.stringToHashBucketFast(t.input!, a.numBuckets!),
  },
};
