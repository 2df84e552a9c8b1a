/** A short name for content: two FNV-1a hashes side by side, 64 bits, synchronous and the same in every backend. */

const PRIME = 0x01000193;

/** Hashes bytes and text in the order they are added. Not cryptographic: it notices change, it does not resist an attacker. */
export class Fingerprint {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  /** Adds bytes, or text as UTF-8. Every part is closed by its length, so `ab` + `c` differs from `a` + `bc`. */
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
      // the second hash differs in its start and sees the first, so that both collide only together by chance
      high = Math.imul(high ^ bytes[i]! ^ (low >>> 24), PRIME);
    }
    this.#low = low;
    this.#high = high;
  }
}
