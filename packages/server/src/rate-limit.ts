/** A token bucket for each client: so many costly requests a minute, a minute's worth at once. */

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

  /** Takes a token; 0 when there was one, else the seconds until there will be. */
  take(client: string): number {
    const now = this.#now();
    const bucket = this.#buckets.get(client) ?? { tokens: this.#perMinute, filledAt: now };
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + ((now - bucket.filledAt) / 60_000) * this.#perMinute);
    bucket.filledAt = now;
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > MAX_CLIENTS) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / this.#perMinute) * 60);
    bucket.tokens -= 1;
    return 0;
  }
}
