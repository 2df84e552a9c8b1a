import { expect, it } from 'vitest';
import { forEachBounded } from './for-each-bounded.ts';

const tick = () => new Promise<void>(setImmediate);

it('works on every item, never on more than the limit at once', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await forEachBounded([5, 1, 4, 2, 3, 0], 3, async (item) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < item; i++) await tick();
    done.push(item);
    running -= 1;
  });
  expect(most).toBe(3);
  expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('takes in nothing more after an error, waits for the rest, and throws it', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const work = forEachBounded([0, 1, 2, 3, 4, 5, 6, 7], 2, async (item) => {
    started.push(item);
    await tick();
    if (item === 1) throw new Error('item 1');
    await tick();
    await tick();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('item 1');
  expect(started.length).toBeLessThan(5);
  expect(ended).toEqual(started.filter((item) => item !== 1));
});

it('throws the error of the source, after what is running', async () => {
  let ended = 0;
  async function* source() {
    yield 1;
    throw new Error('source broke');
  }
  const work = forEachBounded(source(), 4, async () => {
    await tick();
    ended += 1;
  });
  await expect(work).rejects.toThrow('source broke');
  expect(ended).toBe(1);
});
