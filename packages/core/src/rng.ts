/**
 * Seeded, serialisable randomness: xoshiro128** (Blackman & Vigna 2018), seeded by splitmix32.
 * All randomness in these packages comes from an `Rng` that was passed in, so a saved state resumes exactly.
 */

import { ConfigError } from './errors.ts';

/** The complete state of a generator, four unsigned 32-bit words. Plain JSON. */
export type RngState = readonly [number, number, number, number];

const rotateLeft = (x: number, k: number) => (x << k) | (x >>> (32 - k));

export class Rng {
  readonly #words = new Uint32Array(4);

  /** @param seed an integer of at most 53 bits */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new ConfigError(`A seed must be an integer, got ${seed}.`);
    let high = Math.floor(seed / 2 ** 32) | 0;
    let low = seed | 0;
    for (let i = 0; i < 4; i++) {
      // splitmix32 over both halves of the seed; its output is never all zero for four consecutive draws
      low = (low + 0x9e3779b9) | 0;
      high = (high + 0x85ebca6b) | 0;
      let x = low ^ rotateLeft(high, 15);
      x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
      x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
      this.#words[i] = x ^ (x >>> 15);
    }
  }

  /** A generator that continues exactly from `state`. */
  static fromState(state: RngState): Rng {
    const rng = new Rng(0);
    rng.setState(state);
    return rng;
  }

  getState(): RngState {
    return [...this.#words] as unknown as RngState;
  }

  setState(state: RngState): void {
    const valid =
      Array.isArray(state) && state.length === 4 && state.every((w) => Number.isInteger(w) && w >= 0 && w < 2 ** 32);
    if (!valid || state.every((w) => w === 0))
      throw new ConfigError('A random state must be four unsigned 32-bit words, not all zero.');
    this.#words.set(state);
  }

  /** The next unsigned 32-bit integer. */
  uint32(): number {
    const s = this.#words;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2] = s[2]! ^ s[0]!;
    s[3] = s[3]! ^ s[1]!;
    s[1] = s[1]! ^ s[2]!;
    s[0] = s[0]! ^ s[3]!;
    s[2] = s[2]! ^ t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** Uniform in [low, high), 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (this.uint32() / 2 ** 32) * (high - low);
  }

  /** A uniform integer in [0, n), without modulo bias. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new ConfigError(`integer(n) needs 1 ≤ n ≤ 2^32, got ${n}.`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % n;
  }

  /** Fills `out` with draws from N(0, 1) by Box-Muller. An odd length discards the last second value, so the state stays four words. */
  fillNormal(out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      out[i] = radius * Math.cos(angle);
      if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
    }
    return out;
  }

  /** `count` draws from N(0, 1). */
  normal(count: number): Float32Array {
    return this.fillNormal(new Float32Array(count));
  }

  /** A uniformly chosen element. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.integer(items.length)]!;
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<A extends { length: number; [index: number]: unknown }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }

  /** An independent generator derived from this one's next draws. */
  fork(): Rng {
    return new Rng((this.uint32() & 0x1fffff) * 2 ** 32 + this.uint32());
  }
}
