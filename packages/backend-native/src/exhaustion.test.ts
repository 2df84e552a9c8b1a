import { hasLimits } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { runFixture } from './run-fixture.ts';

describe.skipIf(!hasLimits())('where the machine has no more to give', () => {
  it('a thread without memory is an exception, and the next call computes', () => {
    const { errors, before, without, after } = runFixture('little-memory', { T2I_THREADS: '4' }) as Record<
      string,
      unknown
    >;
    expect(errors).toEqual(['lrn: out of memory', 'lrn: out of memory']);
    expect(without).toEqual(before);
    expect(after).toEqual(before);
  });

  it('works with the threads that it gets', () => {
    const { threads, values } = runFixture('few-threads', { T2I_THREADS: '1' }) as {
      threads: number;
      values: number[];
    };
    expect(threads).toBeGreaterThan(1);
    expect(threads).toBeLessThan(1024);
    expect(values).toEqual([300]);
  });
});
