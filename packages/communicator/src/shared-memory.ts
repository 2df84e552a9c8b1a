/** Memory that all ranks see: an inbox for each of them, and one place for results. */

export class SharedMemory {
  /** Bytes that an inbox and the result hold each. */
  readonly capacity: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #size: number;

  /** @param size the number of ranks */
  constructor(buffer: SharedArrayBuffer, size: number) {
    this.#buffer = buffer;
    this.#size = size;
    this.capacity = buffer.byteLength / (size + 1);
  }

  /** Memory for messages of `bytes` bytes. */
  static allocate(bytes: number, size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Math.ceil(bytes / 8) * 8 * (size + 1));
  }

  /** Where a rank puts what it gives to the others. */
  inbox(rank: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#buffer, rank * this.capacity, bytes);
  }

  /**
   * Writes this rank's share of the means of the first `count` float32 values of all inboxes into the result. Sums are in double precision and in
   * the order of the ranks, so the result does not depend on which rank computes it.
   */
  reduceShare(rank: number, count: number): void {
    const inboxes = Array.from({ length: this.#size }, (_, i) => this.#floats(i, count));
    const result = this.means(count);
    const end = Math.floor(((rank + 1) * count) / this.#size);
    for (let k = Math.floor((rank * count) / this.#size); k < end; k++) {
      let sum = 0;
      for (let i = 0; i < inboxes.length; i++) sum += inboxes[i]![k]!;
      result[k] = sum / this.#size;
    }
  }

  /** The result of `reduceShare`, once all ranks have computed their share. */
  means(count: number): Float32Array {
    return this.#floats(this.#size, count);
  }

  #floats(place: number, count: number): Float32Array {
    return new Float32Array(this.#buffer, place * this.capacity, count);
  }
}
