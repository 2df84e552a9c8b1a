import { describe, expect, it } from 'vitest';
import { MemoryGate, memoryOfProcess } from './memory-gate.ts';

/** Work of so many bytes each, ended by hand; `running` are those that have begun and not ended. */
function start(gate: MemoryGate, sizes: readonly number[]) {
  const running = new Set<number>();
  const ends: (() => void)[] = [];
  const done = sizes.map((bytes, k) => {
    const ended = new Promise<void>((resolve) => ends.push(resolve));
    return gate.run(bytes, async () => {
      running.add(k);
      await ended;
      running.delete(k);
      return k;
    });
  });
  const end = async (k: number) => {
    ends[k]!();
    await new Promise(setImmediate);
    return [...running];
  };
  return { running, end, done };
}

describe('MemoryGate', () => {
  it('lets in what fits, in order', async () => {
    const { running, end, done } = start(new MemoryGate(100), [60, 30, 20, 10, 5]);
    expect([...running]).toEqual([0, 1]); // 20 would fit no more, and nobody overtakes it
    expect(await end(1)).toEqual([0, 2, 3, 4]);
    for (const k of [0, 2, 3, 4]) await end(k);
    expect(await Promise.all(done)).toEqual([0, 1, 2, 3, 4]);
  });

  it('runs what never fits alone', async () => {
    const { running, end } = start(new MemoryGate(100), [10, 500, 10, 10]);
    expect([...running]).toEqual([0]);
    expect(await end(0)).toEqual([1]);
    expect(await end(1)).toEqual([2, 3]);
  });

  it('continues after a failed task', async () => {
    const gate = new MemoryGate(100);
    const failing = gate.run(100, async () => Promise.reject(new Error('broken')));
    const next = gate.run(100, async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe('done');
  });
});

it('knows how much memory there is', () => {
  expect(memoryOfProcess()).toBeGreaterThan(2 ** 26);
  expect(memoryOfProcess()).toBeLessThan(2 ** 50);
});
