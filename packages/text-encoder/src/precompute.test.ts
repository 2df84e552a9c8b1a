import { MockEncoder } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { precompute } from './precompute.ts';

const captions = ['one', 'two', 'three', 'four', 'five'];

it('gives the same rows as one call, batch by batch, and reports progress', async () => {
  const encoder = new MockEncoder(6);
  const progress: number[][] = [];
  const table = await precompute({ encoder, captions, batchSize: 2, onProgress: (...step) => progress.push(step) });
  expect(table).toEqual(await new MockEncoder(6).encode(captions));
  expect(encoder.encoded).toBe(captions.length);
  expect(progress).toEqual([
    [2, 5],
    [4, 5],
    [5, 5],
  ]);
});

it('stops between batches when it is aborted', async () => {
  const encoder = new MockEncoder();
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  const running = precompute({ encoder, captions, batchSize: 2, onProgress, signal: controller.signal });
  await expect(running).rejects.toThrow('enough');
  expect(encoder.encoded).toBe(2);
});

it('names an encoder that gives the wrong number of values', async () => {
  const encoder = { id: 'short', dim: 8, encode: () => new MockEncoder(4).encode(['one']) };
  await expect(precompute({ encoder, captions: ['one'] })).rejects.toThrow('result of encoder short has 4 elements');
});
