/** Memory of tensors: aligned buffers in size classes, reused after the last tensor that views one is disposed of. */

import { constants } from 'node:buffer';

/** Below this a plain typed array is cheaper than a pooled one. */
const SMALLEST_POOLED_BYTES = 1024;

/** The largest ArrayBuffer in which Node wraps its own memory (4 GiB in Node 20); a typed array may be larger. */
const LARGEST_POOLED_BYTES = constants.MAX_LENGTH;

export interface BufferPoolOptions {
  /** Makes a buffer of exactly this many bytes; its contents do not matter. */
  readonly allocate: (bytes: number) => ArrayBuffer;
  /** Idle memory above this is returned to the system (by the garbage collector). */
  readonly maxIdleBytes: number;
}

/** The smallest of 1, 1¼, 1½, 1¾ times a power of two that holds `bytes`: at most a quarter is wasted. */
export function sizeClass(bytes: number): number {
  const quarter = 2 ** (Math.floor(Math.log2(bytes)) - 2);
  return Math.ceil(bytes / quarter) * quarter;
}

/**
 * A buffer counts the tensors that view it. Kernels may store a `subarray` of another tensor's values, so a buffer
 * may outlive a tensor. Buffers made elsewhere are not touched.
 */
export class BufferPool {
  /** Fills returned buffers with NaN bytes, so that a use after disposal shows. For tests. */
  poison = false;
  private readonly idle = new Map<number, ArrayBuffer[]>();
  /** Number of views per buffer of this pool; weak, so that a tensor that is never disposed of can still be collected. */
  private readonly views = new WeakMap<ArrayBufferLike, number>();
  private idleTotal = 0;
  private readonly allocateBuffer: (bytes: number) => ArrayBuffer;
  private readonly maxIdleBytes: number;

  constructor({ allocate, maxIdleBytes }: BufferPoolOptions) {
    this.allocateBuffer = allocate;
    this.maxIdleBytes = maxIdleBytes;
  }

  /** Bytes kept for the next tensor. */
  get idleBytes(): number {
    return this.idleTotal;
  }

  /** A buffer of at least `bytes`, with any contents, or undefined if the runtime handles this size better. */
  acquire(bytes: number): ArrayBuffer | undefined {
    if (bytes < SMALLEST_POOLED_BYTES) return undefined;
    const size = sizeClass(bytes);
    if (size > LARGEST_POOLED_BYTES) return undefined;
    const reused = this.idle.get(size)?.pop();
    if (reused !== undefined) this.idleTotal -= size;
    const buffer = reused ?? this.allocateBuffer(size);
    this.views.set(buffer, 0);
    return buffer;
  }

  /** Registers another tensor that views this buffer. */
  retain(buffer: ArrayBufferLike): void {
    const count = this.views.get(buffer);
    if (count !== undefined) this.views.set(buffer, count + 1);
  }

  /** Removes a tensor that views this buffer; after the last one the buffer is reused. */
  release(buffer: ArrayBufferLike): void {
    const count = this.views.get(buffer);
    if (count === undefined) return;
    this.views.set(buffer, count - 1);
    if (count > 1) return;
    this.views.delete(buffer);
    if (this.poison) new Uint8Array(buffer).fill(0xff);
    if (this.idleTotal + buffer.byteLength > this.maxIdleBytes) return;
    this.idleTotal += buffer.byteLength;
    const list = this.idle.get(buffer.byteLength);
    if (list === undefined) this.idle.set(buffer.byteLength, [buffer as ArrayBuffer]);
    else list.push(buffer as ArrayBuffer);
  }

  /** Drops all idle buffers. */
  clear(): void {
    this.idle.clear();
    this.idleTotal = 0;
  }
}
