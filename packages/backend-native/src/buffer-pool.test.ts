import { describe, expect, it } from 'vitest';
import { BufferPool, sizeClass } from './buffer-pool.ts';

function poolOf(maxIdleBytes = 1 << 20) {
  const made: number[] = [];
  const allocate = (bytes: number) => {
    made.push(bytes);
    return new ArrayBuffer(bytes);
  };
  return { pool: new BufferPool({ allocate, maxIdleBytes }), made };
}

describe('BufferPool', () => {
  it('rounds sizes up by at most a quarter', () => {
    for (let bytes = 1024; bytes < 100_000; bytes += 37) {
      expect(sizeClass(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * 1.25);
      expect(sizeClass(sizeClass(bytes))).toBe(sizeClass(bytes));
    }
  });

  it('uses a buffer again only when its last view is gone', () => {
    const { pool, made } = poolOf();
    const first = pool.acquire(4000)!;
    pool.retain(first);
    pool.retain(first);
    pool.release(first);
    expect(pool.acquire(4000)).not.toBe(first);
    pool.release(first);
    expect(pool.acquire(4000)).toBe(first);
    expect(made).toEqual([4096, 4096]);
  });

  it('leaves small sizes and foreign buffers alone', () => {
    const { pool } = poolOf();
    expect(pool.acquire(1000)).toBeUndefined();
    const foreign = new ArrayBuffer(4096);
    pool.retain(foreign);
    pool.release(foreign);
    expect(pool.idleBytes).toBe(0);
    expect(pool.acquire(4096)).not.toBe(foreign);
  });

  it('keeps no more idle bytes than it may', () => {
    const { pool } = poolOf(10_000);
    const buffers = [1, 2, 3].map(() => pool.acquire(4096)!);
    for (const buffer of buffers) pool.retain(buffer);
    for (const buffer of buffers) pool.release(buffer);
    expect(pool.idleBytes).toBe(8192);
    pool.clear();
    expect(pool.idleBytes).toBe(0);
  });
});
