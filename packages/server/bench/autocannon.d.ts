/** The part of autocannon that the bench uses. The package has no types of its own. */
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration?: number;
    /** Requests to send, instead of a duration. */
    readonly amount?: number;
    readonly requests: readonly { readonly path: string }[];
    /** Seconds until a request counts as lost. */
    readonly timeout?: number;
    /** Threads that share the connections; none by default. */
    readonly workers?: number;
  }
  interface Result {
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
  }
  /** `response` is emitted for every response, unless there are workers. */
  interface Instance extends PromiseLike<Result> {
    on(event: 'response', listener: () => void): this;
  }
  export default function autocannon(options: Options): Instance;
}
