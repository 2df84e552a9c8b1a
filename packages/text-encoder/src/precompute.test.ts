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

it('encodes a caption once, however often it occurs, and those of like length together', async () => {
  const asked: (readonly string[])[] = [];
  const source = new MockEncoder(6);
  const encoder = {
    id: source.id,
    dim: 6,
    encode: (batch: readonly string[]) => {
      asked.push(batch);
      return source.encode(batch);
    },
  };
  const repeated = ['three', 'one', 'three', 'four', 'one', 'three'];
  const progress: number[][] = [];
  const table = await precompute({
    encoder,
    captions: repeated,
    batchSize: 2,
    onProgress: (...step) => progress.push(step),
  });
  expect(asked).toEqual([['one', 'four'], ['three']]);
  expect(table).toEqual(await new MockEncoder(6).encode(repeated));
  expect(progress).toEqual([
    [3, 6],
    [6, 6],
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
