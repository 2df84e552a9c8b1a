import { ConfigError } from '@t2i/core';
import { expectAllClose, MockEncoder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { tableInMemory } from './embedding-table.ts';
import { PrecomputedEncoder } from './precomputed-encoder.ts';

const captions = ['a red flower', 'a blue flower', 'a red flower'];

async function table(fallback?: MockEncoder): Promise<PrecomputedEncoder> {
  const source = new MockEncoder(5);
  return new PrecomputedEncoder({ id: source.id, captions, embeddings: await source.encode(captions), fallback });
}

describe('PrecomputedEncoder', () => {
  it('answers known captions without the encoder, and others through it, in the order asked for', async () => {
    const fallback = new MockEncoder(5);
    const encoder = await table(fallback);
    const asked = ['a new flower', 'a blue flower', 'another one', 'a red flower'];
    expect(await encoder.encode(asked)).toEqual(await new MockEncoder(5).encode(asked));
    expect(fallback.encoded).toBe(2);
    expect(encoder.id).toBe(fallback.id);
  });

  it('without an encoder behind it names the first unknown caption', async () => {
    const encoder = await table();
    expect((await encoder.encode(['a blue flower'])).shape).toEqual([1, 5]);
    await expect(encoder.encode(['a blue flower', 'a Blue flower', 'x'])).rejects.toThrow(ConfigError);
    await expect(encoder.encode(['a blue flower', 'a Blue flower', 'x'])).rejects.toThrow(
      /^2 captions .*"a Blue flower"/,
    );
  });

  it('reads from any table of rows', async () => {
    const source = new MockEncoder(5);
    const embeddings = tableInMemory(await source.encode(captions), 'float16');
    const encoder = new PrecomputedEncoder({ id: source.id, captions, embeddings, fallback: source });
    const { data } = await encoder.encode(['a blue flower', 'a new flower']);
    const expected = await source.encode(['a blue flower', 'a new flower']);
    expectAllClose(data, expected.data, { relative: 2 ** -11 });
    expect(data.slice(0, 5)).not.toEqual(expected.data.slice(0, 5)); // rounded to 16 bits
    expect(data.slice(5)).toEqual(expected.data.slice(5));
  });

  it('refuses another encoder than the one that made the table', async () => {
    await expect(table(new MockEncoder(6))).rejects.toThrow('the encoder behind them is mock-6');
  });
});
