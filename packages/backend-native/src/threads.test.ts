import { describe, expect, it } from 'vitest';
import { runFixture } from './run-fixture.ts';

describe('threads', () => {
  it('do not change a bit of any result', () => {
    const runs = ['1', '2', '5'].map((T2I_THREADS) => runFixture('digest', { T2I_THREADS }));
    const { digest } = runs[0] as { digest: string };
    expect(runs).toEqual([1, 2, 5].map((threads) => ({ threads, digest })));
  });
});
