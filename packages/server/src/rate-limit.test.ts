import { expect, it } from 'vitest';
import { RateLimiter } from './rate-limit.ts';

it('allows one minute of tokens at once, then one by one, per client', () => {
  let now = 0;
  const limiter = new RateLimiter(6, () => now);
  expect(Array.from({ length: 7 }, () => limiter.take('a'))).toEqual([0, 0, 0, 0, 0, 0, 10]);
  expect(limiter.take('b')).toBe(0);
  now += 4000;
  expect(limiter.take('a')).toBe(6);
  now += 6000;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 10]);
  now += 3_600_000;
  expect(Array.from({ length: 7 }, () => limiter.take('a')).filter((wait) => wait === 0)).toHaveLength(6);
});

it('counts images: a large request waits for all of its tokens', () => {
  let now = 0;
  const limiter = new RateLimiter(6, () => now);
  expect([limiter.take('a', 5), limiter.take('a', 2), limiter.take('a', 1), limiter.take('a')]).toEqual([0, 10, 0, 10]);
  now += 60_000;
  expect([limiter.take('a', 12), limiter.take('a')]).toEqual([0, 70]); // a full bucket, and a minute's worth owed
  now += 60_000;
  expect(limiter.take('a', 12)).toBe(60);
});

it('drops the least recently seen clients, not the busy ones', () => {
  const limiter = new RateLimiter(1, () => 0);
  limiter.take('busy');
  limiter.take('once');
  for (let i = 0; i < 9_999; i++) {
    limiter.take(`client ${i}`);
    if (i % 1000 === 0) limiter.take('busy');
  }
  expect(limiter.take('busy')).toBeGreaterThan(0);
  expect(limiter.take('once')).toBe(0);
});
