/** The tfjs backend: the cpu backend's bookkeeping over pooled memory on which native kernels work in place. */

import { totalmem } from 'node:os';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { allocateBuffer } from './binding.ts';
import { BufferPool } from './buffer-pool.ts';
import { demand, refuse } from './kernel-error.ts';
import { checkedSize } from './sizes.ts';

type Values = backend_util.BackendValues;
/** The arrays that `allocate` makes; bool is one byte. */
export type NumericType = 'float32' | 'int32' | 'bool';
export interface ArrayOf {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
}
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Memory of the cpu backend, in numbers of this backend: see `tf.memory()`. */
export interface NativeMemory {
  readonly unreliable: boolean;
  readonly reasons: string[];
  /** Bytes that no tensor uses and later tensors will reuse. */
  readonly numBytesIdle: number;
}

function checkLength(name: string, shape: readonly number[], length: number): void {
  const size = checkedSize(shape);
  if (length !== size) {
    refuse(
      `${name} of shape [${shape}] has ${size} elements, but its memory holds ${length}`,
      'Do not transfer or resize an ArrayBuffer that a tensor was made of.',
    );
  }
}

export class NativeBackend extends MathBackendCPU {
  /** Memory of the tensors from `allocate`. */
  readonly pool: BufferPool;

  constructor() {
    super();
    // The cpu backend's first write advises to install tfjs-node.
    (this as unknown as { firstUse: boolean }).firstUse = false;
    this.pool = new BufferPool({ allocate: allocateBuffer, maxIdleBytes: totalmem() / 4 });
  }

  /** A new tensor with uninitialised contents: the kernel must write every element. */
  allocate(shape: number[], dtype: NumericType): TensorInfo {
    const values = this.allocateValues(shape, ARRAYS[dtype]);
    return { dataId: this.write(values, shape, dtype), shape, dtype };
  }

  private allocateValues(shape: number[], ArrayType: (typeof ARRAYS)[NumericType]): ArrayOf[NumericType] {
    const length = checkedSize(shape);
    const bytes = length * ArrayType.BYTES_PER_ELEMENT;
    try {
      const buffer = this.pool.acquire(bytes);
      return buffer === undefined ? new ArrayType(length) : new ArrayType(buffer, 0, length);
    } catch {
      const gibibytes = (bytes / 2 ** 30).toFixed(1);
      return refuse(
        `a tensor of shape [${shape}] needs ${gibibytes} GiB of memory, more than this process can get`,
        'Split the work into smaller tensors.',
      );
    }
  }

  /** The same data with another shape of the same size; each of the two is disposed of separately. */
  share(info: TensorInfo, shape: number[]): TensorInfo {
    demand(checkedSize(info.shape) === checkedSize(shape), () => `cannot view [${info.shape}] as [${shape}]`);
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

  /**
   * Refuses tensors that do not hold the elements of their shape. A program may have transferred or resized the memory
   * that it passed to tfjs, and inherited kernels may produce sizes without a check.
   */
  checkData(name: string, tensors: TensorInfo | TensorInfo[] | null | undefined): void {
    if (tensors === undefined || tensors === null) return;
    for (const { dataId, shape, dtype } of Array.isArray(tensors) ? tensors : [tensors]) {
      const { values, complexTensorInfos: parts } = this.data.get(dataId);
      if (dtype === 'complex64') this.checkData(name, [parts!.real, parts!.imag]);
      else checkLength(name, shape, values!.length);
    }
  }

  /**
   * The live elements of a tensor of this type. Inherited kernels may leave a plain array or another array type, which is converted
   * here.
   */
  numbers<T extends NumericType>(info: TensorInfo, dtype: T): ArrayOf[T] {
    demand(info.dtype === dtype, () => `expected a ${dtype} tensor, got ${info.dtype}`);
    const data = this.data.get(info.dataId);
    checkLength('a tensor', info.shape, data.values!.length);
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

  /** A copy: the caller may keep it longer than the tensor lives, and the tensor's memory will be reused. */
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
