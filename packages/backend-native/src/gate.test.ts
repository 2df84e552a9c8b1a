import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import './index.ts';
import { defineKernel } from './kernel.ts';
import { KernelError } from './kernel-error.ts';
import type { NativeBackend } from './native-backend.ts';

beforeAll(() => tf.setBackend('native'));

/** Shape and values of the result of `compute` on the backend `native`, whose memory is filled with sevens. */
function result(compute: () => tf.Tensor): { shape: number[]; values: number[] } {
  return tf.tidy(() => {
    tf.add(tf.fill([16, 16, 4], 6), 1).dispose();
    const y = compute();
    return { shape: y.shape, values: [...y.dataSync()] };
  });
}

function run(kernel: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
}

describe('matMul', () => {
  it('makes nothing of an empty batch', () => {
    const y = result(() => tf.matMul(tf.zeros([0, 2, 3]), tf.zeros([3, 4])));
    expect(y).toEqual({ shape: [0, 2, 4], values: [] });
  });

  it.each(['float32', 'int32'] as const)('broadcasts both batches of %s', (dtype) => {
    const y = result(() => {
      const a = tf.tensor(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => i + 1),
        [2, 3, 1, 2],
        dtype,
      );
      return tf.matMul(a, tf.tensor([1, 2, 3, 4], [2, 1, 2, 1], dtype));
    });
    expect(y).toEqual({ shape: [2, 3, 1, 1], values: [5, 11, 17, 53, 67, 81] });
  });

  it('repeats each matrix where it must', () => {
    const { shape, values } = result(() => tf.matMul(tf.ones([16, 1, 1, 3]), tf.ones([1, 16, 3, 4])));
    expect(shape).toEqual([16, 16, 1, 4]);
    expect(values.every((value) => value === 3)).toBe(true);
  });

  it('repeats a batch of fewer axes, which the cpu backend does not', () => {
    const a = tf.tensor3d([1, 2, 3, 4, 5, 6], [3, 1, 2]);
    for (const dtype of ['float32', 'int32'] as const) {
      const y = result(() => tf.matMul(tf.cast(a, dtype), tf.ones([2, 3, 2, 1], dtype)));
      expect(y).toEqual({ shape: [2, 3, 1, 1], values: [3, 7, 11, 3, 7, 11] });
    }
  });
});

it('transposes by the truth of a flag, not by its digits', () => {
  const [a, b] = [tf.ones([5, 3]), tf.ones([4, 5])];
  const y = result(() => run('BatchMatMul', { a, b }, { transposeA: 1e308, transposeB: 2 ** 32 }));
  expect(y).toEqual({ shape: [3, 4], values: new Array(12).fill(5) });
});

describe('pad', () => {
  it('crops where padding is negative', () => {
    expect(result(() => tf.pad(tf.tensor1d([1, 2, 3, 4]), [[-1, 0]])).values).toEqual([2, 3, 4]);
    expect(result(() => tf.pad(tf.ones([1000000]), [[-900000, 0]])).shape).toEqual([100000]);
  });

  it.each(['float32', 'int32', 'bool'] as const)('crops one axis of %s and pads the other', (dtype) => {
    const x = tf.tensor2d([1, 0, 1, 0, 1, 1], [2, 3], dtype);
    const y = result(() =>
      tf.pad(
        x,
        [
          [1, 0],
          [-1, 1],
        ],
        0,
      ),
    );
    expect(y).toEqual({ shape: [3, 3], values: [0, 0, 0, 0, 1, 0, 1, 1, 0] });
  });

  it('leaves only the constant where more is taken than there is', () => {
    expect(result(() => tf.pad(tf.tensor1d([1, 2]), [[-3, 3]], 9)).values).toEqual([9, 9]);
    expect(result(() => tf.pad(tf.tensor1d([1, 2]), [[4, -3]], 9)).values).toEqual([9, 9, 9]);
  });

  it('refuses to leave less than nothing', () => {
    expect(() => tf.pad(tf.ones([2]), [[-3, 0]])).toThrow(/^PadV2: \[-1\] is not a shape/);
  });
});

describe('localResponseNormalization', () => {
  it('has powers of negative norms, as the cpu backend', () => {
    const x = tf.tensor4d([1, 2], [1, 1, 1, 2]);
    expect(result(() => tf.localResponseNormalization(x, 0, -2, 0, 1)).values).toEqual([-0.5, -1]);
    expect(result(() => tf.localResponseNormalization(x, 0, -Infinity, 0, 0.5)).values).toEqual([0, 0]);
  });

  it('reaches as far as there are channels', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
    const normalised = (radius: number) => {
      const loss = (t: tf.Tensor) => tf.sum(tf.square(tf.localResponseNormalization(t as tf.Tensor4D, radius)));
      return [result(() => tf.localResponseNormalization(x, radius)).values, result(() => tf.grad(loss)(x)).values];
    };
    expect(normalised(1e9)).toEqual(normalised(3));
    expect(normalised(1e9)[0]![0]).toBeCloseTo(1 / Math.sqrt(15), 5);
  });
});

function kernelErrorOf(compute: () => unknown): KernelError {
  try {
    tf.tidy(() => void compute());
  } catch (error) {
    return error as KernelError;
  }
  throw new Error('expected an error');
}

/** Each of these would make native code access memory out of bounds; the cpu backend, numpy or TensorFlow refuses it. */
const REJECTED: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'conv2d, large': () => run('Conv2D', { x: tf.ones([1, 28, 28, 64]), filter: tf.ones([40, 40, 64, 1]) }, CONV),
  'conv2d, small': () => tf.conv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 1]), tf.ones<tf.Rank.R4>([9, 9, 1, 1]), 1, 'valid'),
  'conv2d, channels': () => run('Conv2D', { x: tf.ones([1, 4, 4, 3]), filter: tf.ones([2, 2, 5, 1]) }, CONV),
  'conv2d, fractional padding': () =>
    run('Conv2D', { x: tf.ones([1, 4, 4, 3]), filter: tf.ones([2, 2, 3, 1]) }, { ...CONV, pad: 0.5 }),
  'conv2d, negative padding': () =>
    run('Conv2D', { x: tf.ones([1, 4, 4, 3]), filter: tf.ones([2, 2, 3, 1]) }, { ...CONV, pad: -1 }),
  'conv2d, no stride': () =>
    run('Conv2D', { x: tf.ones([1, 4, 4, 3]), filter: tf.ones([2, 2, 3, 1]) }, { ...CONV, strides: 0 }),
  'gradient of its input': () =>
    run(
      'Conv2DBackpropInput',
      { dy: tf.ones([1, 3, 3, 1]), filter: tf.ones([9, 9, 1, 1]) },
      { ...CONV, inputShape: [1, 4, 4, 1] },
    ),
  'gradient of its filter': () =>
    run(
      'Conv2DBackpropFilter',
      { x: tf.ones([1, 4, 4, 1]), dy: tf.ones([1, 3, 3, 1]) },
      { ...CONV, filterShape: [9, 9, 1, 1] },
    ),
  'depthwise conv2d': () =>
    tf.depthwiseConv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 1]), tf.ones<tf.Rank.R4>([9, 9, 1, 1]), 1, 'valid'),
  maxPool: () => tf.maxPool(tf.ones<tf.Rank.R4>([1, 3, 3, 2]), 5, 1, 'valid'),
  avgPool: () => tf.avgPool(tf.ones<tf.Rank.R4>([1, 3, 3, 2]), 5, 1, 'valid'),
  'gradient of maxPool': () =>
    run(
      'MaxPoolGrad',
      { dy: tf.ones([1, 1, 1, 1]), input: tf.ones([1, 3, 3, 1]) },
      { filterSize: 5, strides: 1, pad: 'valid' },
    ),
  'split, sizes': () => tf.split(tf.tensor1d([1, 2, 3, 4, 5, 6]), [8, -2]),
  'slice, begin': () => tf.slice(tf.ones([4, 4]), [-2, 0], [1, 4]),
  'slice, beyond': () => tf.slice(tf.ones([4, 4]), [6, 0]),
  'slice, fraction': () => tf.slice(tf.ones([4, 4]), [0.5, 0], [1, 4]),
  tile: () => tf.tile(tf.ones([2, 2]), [-1, -1]),
  'sum, axes': () => tf.sum(tf.ones([2, 3, 4]), [0, 2, -1]),
  'max, axes': () => tf.max(tf.ones([2, 3, 4]), [1, 1]),
  'all, axes': () => tf.all(tf.ones([2, 3, 4], 'bool'), [1, 1]),
  transpose: () => tf.transpose(tf.ones([2, 3]), [0, 0]),
  'transpose of int32': () => tf.transpose(tf.ones([2, 3], 'int32'), [0, 0]),
  'unstack, axes': () => run('Unpack', { value: tf.ones([2, 3]) }, { axis: [1, 1] }),
  'leakyRelu, alpha': () => run('LeakyRelu', { x: tf.ones([2]) }, { alpha: '0.2' }),
  'range, huge': () => run('Range', {}, { start: 2 ** 40, stop: 8, step: 1, dtype: 'float32' }),
  'a window that no loop ends': () =>
    run('MaxPoolWithArgmax', { x: tf.ones([1, 4, 4, 1]) }, { filterSize: 2 ** 33, strides: 1, pad: 'same' }),
  reverse: () => tf.reverse(tf.ones([2, 3]), [0, 0]),
  'gather, index': () => tf.gather(tf.ones([2, 3]), tf.tensor1d([2], 'int32')),
  'where, shapes': () => run('Select', { condition: tf.ones([7], 'bool'), t: tf.ones([2]), e: tf.ones([2]) }),
  'addN, shapes': () => run('AddN', [tf.ones([2]), tf.ones([3])] as never),
  'an input that is missing': () => run('BatchMatMul', { a: tf.ones([2, 2]) }),
  'one hot': () => run('OneHot', { indices: tf.tensor1d([0], 'int32') }, { depth: 1e12, onValue: 1, offValue: 0 }),
  'resizing, centres': () =>
    run(
      'ResizeBilinear',
      { images: tf.ones([1, 2, 2, 1]) },
      { size: [3, 3], alignCorners: true, halfPixelCenters: true },
    ),
  'gradient of resizing, centres': () =>
    run(
      'ResizeNearestNeighborGrad',
      { images: tf.ones([1, 2, 2, 1]), dy: tf.ones([1, 3, 3, 1]) },
      { alignCorners: true, halfPixelCenters: true },
    ),
  'a tensor beyond the limit': () => tf.fill([2 ** 40], 1),
  'a product beyond the limit': () => tf.mul(tf.ones([2 ** 16, 1]), tf.ones([1, 2 ** 16])),
};
const CONV = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 };

it.each(Object.entries(REJECTED))('rejects: %s', (_, compute) => {
  expect(kernelErrorOf(compute)).toBeInstanceOf(KernelError);
});

/** Covered by tfjs-core's own checks. */
it.each([
  ['slice, end', () => tf.slice(tf.ones([4, 4]), [3, 0], [2, 4]), /would overflow/],
  ['concat, axis', () => run('Concat', [tf.ones([2]), tf.ones([2])] as never, { axis: 3 }), /in range/],
  ['reverse, scalar', () => run('Reverse', { x: tf.scalar(1) }, { dims: [-1] }), /in range/],
  ['stack, axis', () => run('Pack', [tf.ones([2]), tf.ones([2])] as never, { axis: 3 }), /in range/],
] as [string, () => tf.Tensor, RegExp][])('lets tfjs refuse: %s', (_, compute, message) => {
  expect(kernelErrorOf(compute).message).toMatch(message);
});

it('names the kernel, the reason and a way out', () => {
  const transposed = kernelErrorOf(() => tf.transpose(tf.ones([2, 3]), [0, 0]));
  expect(transposed).toBeInstanceOf(KernelError);
  expect(transposed.message).toBe('Transpose: the axes [0,0] name one axis twice');
  expect(transposed.hint).toBeDefined();
  const huge = kernelErrorOf(() => tf.fill([2 ** 40], 1));
  expect(huge.message).toMatch(/^Fill: .* would have 1099511627776 elements; a tensor holds at most 2147483647$/);
});

describe('a tensor whose memory went away', () => {
  const OPERATIONS: Record<string, (x: tf.Tensor1D) => tf.Tensor> = {
    'native, unary': (x) => tf.relu(x),
    'native, binary': (x) => tf.add(x, 1),
    'a copy': (x) => tf.reverse(x),
    'a view': (x) => tf.slice(x, 1, 2),
    inherited: (x) => tf.sin(x),
    'of another type': (x) => tf.cast(x, 'int32'),
  };

  it.each(Object.entries(OPERATIONS))('is rejected: %s', (_, compute) => {
    const transferred = new Float32Array([1, 2, 3, 4]);
    const x = tf.tensor1d(transferred);
    structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
    expect(() => compute(x)).toThrow(/has 4 elements, but its memory holds 0/);
  });

  it.each(Object.entries(OPERATIONS))('is rejected after a resize: %s', (_, compute) => {
    const buffer = new (
      ArrayBuffer as never as new (
        size: number,
        options: object,
      ) => ArrayBuffer & { resize(n: number): void }
    )(16, { maxByteLength: 32 });
    for (const bytes of [8, 32]) {
      buffer.resize(16);
      const x = tf.tensor1d(new Float32Array(buffer));
      buffer.resize(bytes);
      expect(() => compute(x)).toThrow(/has 4 elements, but its memory holds [28]/);
    }
  });
});

it('leaves nothing behind of a result that is not whole', () => {
  const broken = defineKernel(
    'Broken',
    () => undefined,
    ({ backend }) => backend.makeTensorInfo([3], 'float32', new Float32Array(2)),
  );
  const backend = tf.backend();
  const held = backend.numDataIds();
  expect(() => broken.kernelFunc({ inputs: {}, attrs: {}, backend })).toThrow(/^Broken: the result of shape \[3\]/);
  expect(backend.numDataIds()).toBe(held);
});

it('gives memory by the runtime where Node cannot wrap its own', () => {
  expect((tf.backend() as NativeBackend).pool.acquire(2 ** 53)).toBeUndefined();
});
