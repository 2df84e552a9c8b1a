/** The native backend with a trap behind every tensor that a kernel allocates. */

import { NativeBackend } from '@t2i/backend-native';
import { sizeOf } from '@t2i/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
/** A vector of the widest instruction set. */
const GUARD_BYTES = 64;
const GUARD = 0xa5;
/** The pool leaves smaller ones to the runtime. */
const SMALLEST_POOLED_BYTES = 1024;

/** A kernel that writes behind its output fails at the output's end; memory that no tensor holds any more is overwritten. */
export class GuardedBackend extends NativeBackend {
  private readonly guards = new WeakMap<object, Uint8Array>();

  constructor() {
    super();
    this.pool.poison = true;
  }

  override allocate(shape: number[], dtype: keyof typeof ARRAYS): TensorInfo {
    const length = sizeOf(shape);
    const bytes = length * ARRAYS[dtype].BYTES_PER_ELEMENT;
    const buffer = this.pool.acquire(Math.max(SMALLEST_POOLED_BYTES, bytes) + GUARD_BYTES)!;
    const guard = new Uint8Array(buffer, bytes, GUARD_BYTES).fill(GUARD);
    const dataId = this.write(new ARRAYS[dtype](buffer, 0, length), shape, dtype);
    this.guards.set(dataId, guard);
    return { dataId, shape, dtype };
  }

  override disposeData(dataId: object, force = false): boolean {
    const guard = this.guards.get(dataId);
    if (this.data.has(dataId) && guard?.some((byte) => byte !== GUARD)) {
      throw new Error('a kernel wrote behind the end of its output');
    }
    return super.disposeData(dataId, force);
  }
}
