/** A short hash of content: two combined FNV-1a hashes, 64 bits, synchronous and the same on every backend. */

const PRIME = 0x01000193;

/** Hashes bytes and text in the order of addition. It detects changes, but is not cryptographic and does not resist an attacker. */
export class Fingerprint {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  /** Adds bytes, or text as UTF-8. The length follows every part, so `ab` + `c` differs from `a` + `bc`. */
  add(part: Uint8Array | string): this {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    this.#mix(bytes);
    this.#mix(new TextEncoder().encode(`;${bytes.length};`));
    return this;
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #mix(bytes: Uint8Array): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < bytes.length; i++) {
      low = Math.imul(low ^ bytes[i]!, PRIME);
      // the second hash has another start and depends on the first, so that both collide together only by chance
      high = Math.imul(high ^ bytes[i]! ^ (low >>> 24), PRIME);
    }
    this.#low = low;
    this.#high = high;
  }
}
