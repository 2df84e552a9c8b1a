import { ConfigError } from '@t2i/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Attempt } from './attempt.ts';
import { SourceError } from './image-source.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('an attempt', () => {
  it('goes from idle to working to done and reports each state', async () => {
    const seen: string[] = [];
    const attempt: Attempt<number> = new Attempt(() => seen.push(attempt.state.status));
    expect(attempt.state).toEqual({ status: 'idle' });
    attempt.run(async () => 7);
    await settle();
    expect(attempt.state).toEqual({ status: 'done', value: 7 });
    expect(seen).toEqual(['working', 'done']);
  });

  it('keeps the last value while it works and after it fails', async () => {
    const attempt = new Attempt<number>(() => {});
    attempt.run(async () => 7);
    await settle();
    attempt.run(() => Promise.reject(new SourceError('refused', 'No.')));
    expect(attempt.state).toEqual({ status: 'working', value: 7 });
    await settle();
    expect(attempt.state).toMatchObject({ status: 'failed', value: 7, error: { message: 'No.' } });
  });

  it('aborts work when new work starts, and discards unused values', async () => {
    const discarded: number[] = [];
    const attempt = new Attempt<number>(
      () => {},
      (value) => discarded.push(value),
    );
    let finish = (_: number) => {};
    let aborted = false;
    attempt.run((signal) => {
      signal.onabort = () => {
        aborted = true;
      };
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    attempt.run(async () => 2);
    finish(1);
    await settle();
    expect([aborted, attempt.state.value, discarded]).toEqual([true, 2, [1]]);
    attempt.run(async () => 3);
    await settle();
    expect(discarded).toEqual([1, 2]);
  });
});

describe('a failed attempt', () => {
  it('is repeated with growing pauses until it succeeds', async () => {
    const attempt = new Attempt<string>(() => {});
    let calls = 0;
    attempt.run(async () => {
      calls += 1;
      if (calls <= 6) throw new SourceError('away', 'Nobody.');
      return 'back';
    });
    await settle();
    for (const seconds of [1, 2, 4, 8, 15, 15]) {
      expect(attempt.state.retryAt).toBe(Date.now() + seconds * 1000);
      const before = calls;
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(calls).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(calls).toBe(before + 1);
    }
    expect(attempt.state).toEqual({ status: 'done', value: 'back' });
  });

  it('waits as long as the server asks', async () => {
    const attempt = new Attempt<string>(() => {});
    attempt.run(() => Promise.reject(new SourceError('busy', 'Full.', { retryAfter: 20 })));
    await settle();
    expect(attempt.state.retryAt).toBe(Date.now() + 20_000);
  });

  it('is not repeated if that does not help, except on request', async () => {
    const attempt = new Attempt<string>(() => {});
    let calls = 0;
    attempt.run(() => {
      calls += 1;
      return Promise.reject(new SourceError('refused', 'Too long.'));
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([calls, attempt.state.retryAt]).toEqual([1, undefined]);
    attempt.retry();
    await settle();
    expect(calls).toBe(2);
  });

  it('is repeated at once on request, and only once', async () => {
    const attempt = new Attempt<number>(() => {});
    let calls = 0;
    attempt.run(async () => {
      calls += 1;
      if (calls === 1) throw new SourceError('away', 'Nobody.');
      return calls;
    });
    await settle();
    attempt.retry();
    attempt.retry();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempt.state).toEqual({ status: 'done', value: 2 });
  });

  it('keeps the hint of errors that have one, and logs bugs', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const attempt = new Attempt<number>(() => {});
    attempt.run(() => Promise.reject(new ConfigError('Bad.', { hint: 'Do that.' })));
    await settle();
    expect(attempt.state.error).toMatchObject({ kind: 'broken', message: 'Bad.', hint: 'Do that.' });
    expect(logged).not.toHaveBeenCalled();
    attempt.run(() => Promise.reject(new TypeError('x is not a function')));
    await settle();
    expect(attempt.state.error).toMatchObject({ kind: 'broken', message: 'x is not a function' });
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });
});
