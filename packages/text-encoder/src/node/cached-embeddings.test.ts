import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaptionEncoder, CheckpointError, ConfigError } from '@t2i/core';
import { writeStateFile } from '@t2i/formats/node';
import { expectAllClose, MockEncoder, withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { type CachedEmbeddingsOptions, cachedEmbeddings } from './cached-embeddings.ts';

const captions = ['a pink flower', 'a red flower', '🌸'];

/** The rows of a cache, and how they are stored. */
async function rowsOf(options: CachedEmbeddingsOptions, rows: readonly number[] = [0, 1, 2]) {
  const file = await cachedEmbeddings(options);
  try {
    return { data: await file.read(rows), shape: file.shape, precision: file.precision };
  } finally {
    await file.close();
  }
}

describe('cachedEmbeddings', () => {
  it.each(['float16', 'float32'] as const)('computes once and reads any rows in %s afterwards', (precision) =>
    withTemporaryDirectory(async (directory) => {
      const cacheFile = join(directory, 'cache', 'embeddings.safetensors');
      const encoder = new MockEncoder();
      const options = { encoder, captions, cacheFile };
      const computed = await rowsOf({ ...options, precision });
      const { data } = await new MockEncoder().encode(captions);
      expectAllClose(computed.data, data, { relative: precision === 'float16' ? 2 ** -11 : 0, absolute: 2 ** -25 });
      expect(await rowsOf(options)).toEqual(computed);
      expect(computed).toMatchObject({ shape: [3, 8], precision });
      const { data: some } = await rowsOf(options, [2, 0, 2]);
      expect(some.slice(8, 16)).toEqual(computed.data.slice(0, 8));
      expect([some.slice(0, 8), some.slice(16)]).toEqual([computed.data.slice(16), computed.data.slice(16)]);
      expect(encoder.encoded).toBe(captions.length);
    }),
  );

  it('keeps 16 bits unless asked otherwise, and refuses numbers that they cannot hold', () =>
    withTemporaryDirectory(async (directory) => {
      const options = { encoder: new MockEncoder(), captions, cacheFile: join(directory, 'embeddings.safetensors') };
      expect((await rowsOf(options)).precision).toBe('float16');
      const messages: string[] = [];
      const logger = { info: (message: string) => messages.push(message), warn() {} };
      expect((await rowsOf({ ...options, precision: 'float32', logger })).precision).toBe('float32');
      expect(messages).toEqual([expect.stringContaining('holds these embeddings in float16: computing them again')]);
      const large: CaptionEncoder = {
        id: 'large',
        dim: 1,
        encode: async ({ length }) => ({ data: new Float32Array(length).fill(1e5), shape: [length, 1] }),
      };
      await expect(rowsOf({ ...options, encoder: large, precision: 'float16' })).rejects.toThrow(ConfigError);
      expect((await rowsOf({ ...options, encoder: large, precision: 'float32' })).data[0]).toBe(1e5);
    }));

  it.each([
    ['another encoder', new MockEncoder(9), captions],
    ['other captions', new MockEncoder(), ['a pink flower', 'a red flower', '🌼']],
    ['another order', new MockEncoder(), captions.toReversed()],
    ['captions cut elsewhere', new MockEncoder(), ['a pink flowera', ' red flower', '🌸']],
  ])('computes again for %s and says so', (_, encoder, newCaptions) =>
    withTemporaryDirectory(async (directory) => {
      const cacheFile = join(directory, 'embeddings.safetensors');
      await rowsOf({ encoder: new MockEncoder(), captions, cacheFile });
      const messages: string[] = [];
      const logger = { info: (message: string) => messages.push(message), warn() {} };
      const { data } = await rowsOf({ encoder, captions: newCaptions, cacheFile, logger, precision: 'float32' });
      expect(data).toEqual((await encoder.encode(newCaptions)).data);
      expect(messages).toEqual([expect.stringContaining('computing them again')]);
    }),
  );

  const flipLastByte = async (path: string) => {
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
  };
  const damages: [string, (path: string) => Promise<void>, RegExp][] = [
    ['truncated', async (path) => truncate(path, (await stat(path)).size - 1), /is damaged/],
    ['changed in one bit', flipLastByte, /The embeddings in .* are damaged/],
    ['empty', (path) => truncate(path, 0), /is damaged/],
    ['weights of a model', (path) => writeStateFile(path, { tensors: {}, metadata: {} }), /is not a cache/],
  ];
  it.each(damages)('refuses a file that is %s and leaves it alone', (_, damage, message) =>
    withTemporaryDirectory(async (directory) => {
      const cacheFile = join(directory, 'embeddings.safetensors');
      const options = { encoder: new MockEncoder(), captions, cacheFile };
      await rowsOf(options);
      await damage(cacheFile);
      const before = await readFile(cacheFile);
      const error = await cachedEmbeddings(options).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CheckpointError);
      expect((error as CheckpointError).message).toMatch(message);
      expect((error as CheckpointError).hint).toMatch(/Delete the file|Choose another file/);
      expect(await readFile(cacheFile)).toEqual(before);
    }),
  );
});
