/** What a case comes to on one backend: tensors or an error. */

import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { allocateBuffer } from '../src/binding.ts';
import { Draw, type Given, type TensorSpec } from './arguments.ts';
import { type Case, kindOf } from './case.ts';

export interface Made {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: ArrayLike<number | string>;
}

export type Outcome = { readonly error: Error } | { readonly tensors: readonly Made[] };

type Numbers = Float32Array | Int32Array | Uint8Array;
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function randomValues({ shape, dtype, values, limit = 2 }: TensorSpec, draw: Draw): Numbers {
  if (dtype === 'string') throw new Error('strings are not numbers');
  const count = shape.reduce((product, size) => product * size, 1);
  if (values !== undefined) return ARRAYS[dtype].from(values as number[]);
  if (dtype === 'float32') return draw.floats(count);
  return new ARRAYS[dtype](count).map(() => draw.whole(0, limit - 1));
}

/** An array of its own in memory that ends where the array does, so that a sanitizer sees the first element beyond. */
function inExactMemory(values: Numbers): Numbers {
  if (values.byteLength === 0) return values;
  const copy = new (values.constructor as typeof Float32Array)(allocateBuffer(values.byteLength), 0, values.length);
  copy.set(values);
  return copy;
}

interface ResizableBuffer extends ArrayBuffer {
  resize(bytes: number): void;
}
type ResizableConstructor = new (bytes: number, options: { maxByteLength: number }) => ResizableBuffer;

function damagedTensor(values: Numbers, { shape, dtype, damage }: TensorSpec): tf.Tensor {
  const bytes = values.byteLength;
  const unit = values.BYTES_PER_ELEMENT;
  const buffer =
    damage === 'transferred'
      ? new ArrayBuffer(bytes)
      : new (ArrayBuffer as unknown as ResizableConstructor)(bytes, { maxByteLength: bytes + 8 * unit });
  const array = new (values.constructor as typeof Float32Array)(buffer);
  array.set(values);
  const tensor = tf.tensor(array, shape as number[], dtype);
  if (damage === 'transferred') structuredClone(buffer, { transfer: [buffer] });
  else (buffer as ResizableBuffer).resize(damage === 'shrunk' ? Math.max(0, bytes - unit) : bytes + unit);
  return tensor;
}

function tensorOf(spec: TensorSpec, draw: Draw): tf.Tensor {
  const { shape, dtype, values } = spec;
  if (dtype === 'string') {
    const count = shape.reduce((product, size) => product * size, 1);
    return tf.tensor((values as string[]) ?? new Array<string>(count).fill('a'), shape as number[], 'string');
  }
  const numbers = randomValues(spec, draw);
  if (spec.damage !== undefined) return damagedTensor(numbers, spec);
  return tf.tensor(tf.getBackend() === 'native' ? inExactMemory(numbers) : numbers, shape as number[], dtype);
}

type Tensors = Record<string, tf.Tensor | tf.Tensor[]>;

function tensorsOf({ arguments: { inputs }, valueSeed }: Case): Tensors {
  const draw = new Draw(new Rng(valueSeed));
  const tensors: Tensors = {};
  for (const [name, spec] of Object.entries(inputs)) {
    if (Array.isArray(spec)) tensors[name] = spec.map((one: TensorSpec) => tensorOf(one, draw));
    else tensors[name] = tensorOf(spec as TensorSpec, draw);
  }
  for (const [name, spec] of Object.entries(inputs)) {
    const { same } = spec as TensorSpec;
    if (same !== undefined && tensors[same] !== undefined) tensors[name] = tensors[same];
  }
  return tensors;
}

function flatten(results: unknown): tf.Tensor[] {
  if (results instanceof tf.Tensor) return [results];
  if (Array.isArray(results)) return results.flatMap(flatten);
  throw new Error(`no tensor but ${results}`);
}

/** Σ y² of all that `operation` makes of floats, differentiated by every input of floats. */
function gradients(operation: (tensors: Tensors) => unknown, tensors: Tensors): tf.Tensor[] {
  const isFloat = (entry: [string, tf.Tensor | tf.Tensor[]]): entry is [string, tf.Tensor] =>
    entry[1] instanceof tf.Tensor && entry[1].dtype === 'float32';
  const floats = Object.entries(tensors).filter(isFloat);
  const loss = (...xs: tf.Tensor[]) => {
    const made = flatten(operation({ ...tensors, ...Object.fromEntries(floats.map(([name], i) => [name, xs[i]!])) }));
    const sums = made.filter(({ dtype }) => dtype === 'float32').map((y) => tf.sum(tf.square(y)));
    return sums.reduce((total, sum) => tf.add(total, sum)) as tf.Scalar;
  };
  return tf.grads(loss)(floats.map(([, x]) => x));
}

function call({ kernel, route, arguments: { list, attrs } }: Case, tensors: Tensors): unknown {
  if (route === 'kernel') {
    const inputs = (list ? Object.values(tensors) : tensors) as tf.NamedTensorMap;
    return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap);
  }
  const operation = (given: Tensors) => kindOf(kernel).api!(given as Given, structuredClone(attrs) as Given);
  return route === 'api' ? operation(tensors) : gradients(operation, tensors);
}

/** Runs the case on `backend` and reads all that it makes. */
export function outcomeOn(backend: string, one: Case): Outcome {
  tf.setBackend(backend);
  try {
    return tf.tidy(() => {
      const made = flatten(call(structuredClone(one), tensorsOf(one)));
      return {
        tensors: made.map((tensor) => ({ shape: tensor.shape, dtype: tensor.dtype, values: tensor.dataSync() })),
      };
    });
  } catch (error) {
    return { error: error as Error };
  }
}
