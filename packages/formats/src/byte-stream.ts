/** Reads a stream in pieces of any length, whatever the lengths of its chunks. */

const EMPTY = new Uint8Array();

export class ByteStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = EMPTY;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** A copy of the next `length` bytes; fewer if the stream ends. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for (;;) {
      const piece = this.#rest.subarray(0, length - filled);
      bytes.set(piece, filled);
      this.#rest = this.#rest.subarray(piece.length);
      filled += piece.length;
      if (filled === length || !(await this.#fetch())) return bytes.subarray(0, filled);
    }
  }

  /** Skips `length` bytes. False if the stream ends before. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > this.#rest.length) {
      left -= this.#rest.length;
      if (!(await this.#fetch())) return false;
    }
    this.#rest = this.#rest.subarray(left);
    return true;
  }

  /** Ends the stream, even before its end. */
  async cancel(): Promise<void> {
    this.#rest = EMPTY;
    await this.#reader.cancel().catch(() => {}); // it may have failed already, and that error is reported elsewhere
  }

  async #fetch(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    this.#rest = value ?? EMPTY;
    return !done;
  }
}
