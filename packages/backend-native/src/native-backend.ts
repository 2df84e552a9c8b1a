/** The tfjs backend: the cpu backend's bookkeeping over pooled memory that native kernels work on in place. */

import { totalmem } from 'node:os';
import { assert, sizeOf } from '@t2i/core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { allocateBuffer } from './binding.ts';
import { BufferPool } from './buffer-pool.ts';

type Values = backend_util.BackendValues;
/** What `allocate` makes; bool is one byte. */
type NumericType = 'float32' | 'int32' | 'bool';
interface ArrayOf {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
}
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Memory of the cpu backend, in numbers of this backend: see `tf.memory()`. */
export interface NativeMemory {
  readonly unreliable: boolean;
  readonly reasons: string[];
  /** Bytes that no tensor holds and the next ones will use. */
  readonly numBytesIdle: number;
}

export class NativeBackend extends MathBackendCPU {
  /** Memory of the tensors that `allocate` makes. */
  readonly pool: BufferPool;

  constructor() {
    super();
    // The cpu backend's first write advises to install tfjs-node.
    (this as unknown as { firstUse: boolean }).firstUse = false;
    this.pool = new BufferPool({ allocate: allocateBuffer, maxIdleBytes: totalmem() / 4 });
  }

  /** A new tensor whose contents are whatever was in memory: the kernel must write every element. */
  allocate(shape: number[], dtype: NumericType): TensorInfo {
    const length = sizeOf(shape);
    const ArrayType = ARRAYS[dtype];
    const buffer = this.pool.acquire(length * ArrayType.BYTES_PER_ELEMENT);
    const values = buffer === undefined ? new ArrayType(length) : new ArrayType(buffer, 0, length);
    return { dataId: this.write(values, shape, dtype), shape, dtype };
  }

  /** The same data under another shape of the same size; each of the two is disposed of on its own. */
  share(info: TensorInfo, shape: number[]): TensorInfo {
    assert(sizeOf(info.shape) === sizeOf(shape), `cannot view [${info.shape}] as [${shape}]`);
    this.incRef(info.dataId);
    return { dataId: info.dataId, shape, dtype: info.dtype };
  }

  /** The live elements of a float32 tensor. */
  floats(info: TensorInfo): Float32Array {
    return this.numbers(info, 'float32');
  }

  /** The live elements of an int32 tensor. */
  ints(info: TensorInfo): Int32Array {
    return this.numbers(info, 'int32');
  }

  /** The live elements of a bool tensor, one byte each. */
  bytes(info: TensorInfo): Uint8Array {
    return this.numbers(info, 'bool');
  }

  /** Inherited kernels may leave a plain array or another array type behind; it becomes the right one here. */
  private numbers<T extends NumericType>(info: TensorInfo, dtype: T): ArrayOf[T] {
    assert(info.dtype === dtype, `expected a ${dtype} tensor, got ${info.dtype}`);
    const data = this.data.get(info.dataId);
    const ArrayType = ARRAYS[dtype];
    if (data.values instanceof ArrayType) return data.values as ArrayOf[T];
    const converted = ArrayType.from(data.values as ArrayLike<number>);
    this.release(data.values);
    data.values = converted;
    return converted as ArrayOf[T];
  }

  override write(values: Values, shape: number[], dtype: DataType): object {
    this.retain(values);
    return super.write(values, shape, dtype);
  }

  override move(dataId: object, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    this.retain(values);
    super.move(dataId, values, shape, dtype, refCount);
  }

  /** A copy: the caller may keep it longer than the tensor lives, and the tensor's memory will hold another one. */
  override readSync(dataId: object): Values {
    const { values, dtype } = this.data.get(dataId);
    const read = super.readSync(dataId);
    return dtype !== 'string' && read === values ? (read as Float32Array).slice() : read;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) this.release(values);
    return gone;
  }

  override memory(): NativeMemory {
    return { unreliable: false, reasons: [], numBytesIdle: this.pool.idleBytes };
  }

  override dispose(): void {
    this.pool.clear();
  }

  private retain(values: Values | undefined): void {
    if (ArrayBuffer.isView(values)) this.pool.retain(values.buffer);
  }

  private release(values: Values | undefined): void {
    if (ArrayBuffer.isView(values)) this.pool.release(values.buffer);
  }
}
