/** A token bucket per client. A full bucket holds the tokens of one minute. */

const MAX_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

export class RateLimiter {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** In order of last use, so that the oldest can be dropped. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a monotonic clock */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /**
   * Takes `count` tokens. Returns 0 when they were available, otherwise the seconds until they will be. A request for more than a full
   * bucket waits for a full one, and the next request waits longer.
   */
  take(client: string, count = 1): number {
    const now = this.#now();
    const bucket = this.#buckets.get(client) ?? { tokens: this.#perMinute, filledAt: now };
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + ((now - bucket.filledAt) / 60_000) * this.#perMinute);
    bucket.filledAt = now;
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > MAX_CLIENTS) this.#buckets.delete(this.#buckets.keys().next().value!);
    const needed = Math.min(count, this.#perMinute);
    if (bucket.tokens < needed) return Math.ceil(((needed - bucket.tokens) / this.#perMinute) * 60);
    bucket.tokens -= count;
    return 0;
  }
}
