/** A token bucket for each client: so many images, or requests, a minute, a minute's worth at once. */

const MAX_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

export class RateLimiter {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** In order of last use, so that the oldest can be forgotten. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /**
   * Takes `count` tokens; 0 when they were there, else the seconds until they will be. Who asks for more than a minute's worth waits for a
   * full bucket, and then longer for the next.
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
