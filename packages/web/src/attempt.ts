/** Work that may fail and is then retried automatically, with the states that the page shows. */

import { errorMessage, T2iError } from '@t2i/core';
import { SourceError } from './image-source.ts';

export interface Attempted<T> {
  readonly status: 'idle' | 'working' | 'done' | 'failed';
  /** Result of the last successful attempt. It stays while the next one runs and after it fails. */
  readonly value?: T;
  readonly error?: SourceError;
  /** Time of the next automatic retry, in ms of `Date.now()`. */
  readonly retryAt?: number;
}

/** `signal` aborts when the result is no longer needed. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

const FIRST_WAIT = 1; // s
const LAST_WAIT = 15;

/** Runs one piece of work at a time. New work replaces the current one. */
export class Attempt<T> {
  #state: Attempted<T> = { status: 'idle' };
  #work: Work<T> | undefined;
  #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;
  readonly #onChange: () => void;
  readonly #discard: (value: T) => void;

  /** @param discard frees a value that was replaced or came too late */
  constructor(onChange: () => void, discard: (value: T) => void = () => {}) {
    this.#onChange = onChange;
    this.#discard = discard;
  }

  get state(): Attempted<T> {
    return this.#state;
  }

  run(work: Work<T>): void {
    this.#work = work;
    this.#wait = FIRST_WAIT;
    void this.#try();
  }

  /** Repeats the last work now, if it failed. */
  retry(): void {
    if (this.#state.status === 'failed') void this.#try();
  }

  async #try(): Promise<void> {
    this.#stop();
    const { signal } = this.#controller;
    this.#set({ ...this.#kept(), status: 'working' });
    try {
      const value = await this.#work!(signal);
      if (signal.aborted) return this.#discard(value);
      const { value: last } = this.#state;
      this.#set({ status: 'done', value });
      if (last !== undefined) this.#discard(last);
    } catch (thrown) {
      if (!signal.aborted) this.#fail(asSourceError(thrown));
    }
  }

  #fail(error: SourceError): void {
    const failed = { ...this.#kept(), status: 'failed', error } as const;
    const seconds = this.#secondsAfter(error);
    if (seconds !== undefined) this.#timer = setTimeout(() => void this.#try(), seconds * 1000);
    this.#set(seconds === undefined ? failed : { ...failed, retryAt: Date.now() + seconds * 1000 });
  }

  /** Seconds before the next retry, doubling each time; undefined if a retry does not help. */
  #secondsAfter({ kind, retryAfter }: SourceError): number | undefined {
    if (kind !== 'away' && kind !== 'busy') return undefined;
    const seconds = Math.max(retryAfter ?? 0, this.#wait);
    this.#wait = Math.min(2 * this.#wait, LAST_WAIT);
    return seconds;
  }

  #kept(): { value?: T } {
    const { value } = this.#state;
    return value === undefined ? {} : { value };
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
    this.#controller = new AbortController();
  }

  #set(state: Attempted<T>): void {
    this.#state = state;
    this.#onChange();
  }
}

function asSourceError(thrown: unknown): SourceError {
  if (thrown instanceof SourceError) return thrown;
  if (T2iError.isInstance(thrown)) {
    return new SourceError('broken', thrown.message, { hint: thrown.hint, cause: thrown });
  }
  console.error(thrown); // a bug: log the stack
  return new SourceError('broken', errorMessage(thrown), { cause: thrown });
}
