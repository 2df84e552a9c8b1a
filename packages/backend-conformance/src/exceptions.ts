/** Tests of tfjs-core that a backend need not pass, with the reasons. Lines for tests that pass are faults. */

import type { BackendName } from './backends.ts';

/** Failing tests that have one reason, found by one of the other three. */
export interface Exception {
  readonly reason: string;
  /** The tests stop at this kernel, which the backend lacks. */
  readonly kernel?: string;
  /** The tests stop with such a message. */
  readonly message?: RegExp;
  /** Names of the tests, without the backend. */
  readonly tests?: readonly string[];
}

const NOT_USED = 'missing kernel; nothing in these packages calls it';
const missing = (...kernels: string[]): Exception[] => kernels.map((kernel) => ({ reason: NOT_USED, kernel }));

/** They move tensors between two backends of this name; `native` has a test of its own for that. */
const ONLY_CPU: Exception = {
  reason: 'only for a backend named "cpu", which the test registers twice',
  tests: [
    'Switching cpu backends Move data from cpu1 to cpu2 backend',
    'Switching cpu backends can execute op with data from mixed backends',
  ],
};

const PADDED_AVERAGE: Exception = {
  reason: 'the test expects the gradient of an average to count padding, which the average does not',
  tests: ['avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit'],
};

const OTSU = ['threshold method otsu', 'threshold method otsu, inverted = true'];

const IMPOSSIBLE_TRANSPOSE: Exception = {
  reason: 'the test expects an impossible size: 4×4 from 8×8 with stride 1',
  tests: ['conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4'],
};

const WASM: readonly Exception[] = [
  { reason: 'no complex numbers', kernel: 'Complex' },
  ...missing('Einsum', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'),
  { reason: 'strings: the backend supports only numbers', kernel: 'StaticRegexReplace' },
  { reason: 'strings: the backend supports only numbers', message: /Unknown dtype string/ },
  {
    reason: 'strings: the backend supports only numbers',
    tests: [
      ...['equal', 'greaterEqual', 'greater', 'lessEqual', 'less', 'notEqual'].map(
        (name) => `${name} should support string comparison`,
      ),
      ...['1d', '2d', '6D'].map((rank) => `tile ${rank} string tensor`),
      'sparseToDense should work for string',
    ],
  },
  { reason: 'convolutions are NHWC', message: /does not support dataFormat/ },
  { reason: 'products of integers', message: /BatchMatMul for non non-float32 tensors/ },
  { reason: 'a bias of more than one dimension inside a fused kernel', message: /only supports rank-1 bias/ },
  {
    reason: 'NaN becomes a number: XNNPACK clamps by comparing',
    tests: ['clipByValue basic vec4', 'clipByValue propagates NaNs'],
  },
  { reason: 'takes the image to be counted for a batch', tests: OTSU },
  {
    reason: 'windows of padding alone read uninitialised memory',
    tests: ['max', 'avg'].map((kind) => `pool ${kind} x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding`),
  },
  { reason: 'does not reject a slice beyond the end', tests: ['slice2d throws when requesting out of bounds slice'] },
  IMPOSSIBLE_TRANSPOSE,
];

const OTHER_TYPES = ['diag bool', 'leakyrelu int32', 'step kernel with int32 tensor'];

const NODE: readonly Exception[] = [
  ...missing(
    ...['BitwiseAnd', 'DenseBincount', 'MaxPoolWithArgmax', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'],
    ...['SearchSorted', 'SparseFillEmptyRows', 'SparseReshape', 'SparseSegmentMean', 'SparseSegmentSum'],
    ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast', 'Transform'],
  ),
  { reason: 'fused convolutions are NHWC', message: /does not support dataFormat/ },
  { reason: 'padding is "same" or "valid"', message: /supports only 'valid' and 'same' padding/ },
  {
    reason: 'strings: TensorFlow does not order them',
    tests: ['greaterEqual', 'greater', 'lessEqual', 'less'].map((name) => `${name} should support string comparison`),
  },
  { reason: 'TensorFlow has the kernel for other types', tests: OTHER_TYPES },
  {
    reason: 'TensorFlow requires two-dimensional indices',
    tests: [
      ...['for 2d', 'for simple 1d', 'for multiple 1d', 'for tensorLike input'].map((which) => `should work ${which}`),
      'should sum the duplicated indices',
    ].map((name) => `scatterND ${name}`),
  },
  {
    reason: 'TensorFlow rejects a window longer than the tensor',
    tests: ['avgPool3d x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid'],
  },
  {
    reason: 'sign(NaN) is NaN in TensorFlow, 0 in TensorFlow.js',
    tests: ['basic', 'does not propagate NaNs', 'accepts a tensor-like object'].map((name) => `sign ${name}`),
  },
  {
    reason: 'TensorFlow computes what the test expects to be rejected',
    tests: [
      'einsum 2d matrix calculate trace: duplicate axes not implemented yet',
      'einsum nonexistent dimension throws error',
    ],
  },
  { reason: 'every NaN is unique in TensorFlow', tests: ['unique 1d tensor with NaN and Infinity'] },
  {
    reason: 'TensorFlow continues a seeded sequence instead of restarting it',
    tests: ['multinomial creates the same data given the same seed'],
  },
  { reason: 'the last digit of a float32', tests: ['tan numbers exceed float32 precision'] },
  IMPOSSIBLE_TRANSPOSE,
];

const WEBGPU: readonly Exception[] = [
  ...missing(
    ...['BitwiseAnd', 'NonMaxSuppressionV4', 'RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'],
    ...[
      'SparseFillEmptyRows',
      'SparseReshape',
      'StaticRegexReplace',
      'StringSplit',
      'StringToHashBucketFast',
      'Unique',
    ],
  ),
  { reason: 'the test reads synchronously, which WebGPU in Node does not support', message: /^did not run$/ },
  {
    reason: 'indices are on the card, where they are not checked',
    tests: [
      'gather throws when index is out of bound',
      ...[
        ...['indices < 0', 'indices >= max rows', 'segment ids are not increasing', 'segment id is out of range'],
        ...['segment id is out of range and negative', 'segment id is negative'],
        'segment id is negative and there is a hole',
      ].map((what) => `sparseSegmentMean throw error if ${what}`),
      ...['indices invalid 1', 'indices invalid 2'].map((name) => `sparseSegmentSum ${name}`),
      ...[2, 3, 4, 6, 7].map((number) => `sparseSegmentSum segments invalid ${number}`),
    ],
  },
  {
    reason: 'WGSL guarantees sines and cosines only to within 2⁻¹¹',
    tests: [
      ...['cos gradients: Scalar', 'cos gradient with clones'],
      ...['tan numbers exceed float32 precision', 'tan gradients: Tensor2D'],
    ],
  },
  {
    reason: 'a canvas is read by the browser; there is none in Node',
    tests: ['', ', numChannels=4'].map((how) => `fromPixels, mock canvas accepts a canvas-like element${how}`),
  },
];

export const EXCEPTIONS: Readonly<Record<BackendName, readonly Exception[]>> = {
  cpu: [],
  native: [ONLY_CPU, PADDED_AVERAGE],
  wasm: [ONLY_CPU, ...WASM],
  node: [ONLY_CPU, ...NODE],
  'node-gpu': [ONLY_CPU, ...NODE],
  webgpu: [ONLY_CPU, ...WEBGPU],
};
