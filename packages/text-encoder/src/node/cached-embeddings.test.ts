import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '@t2i/core';
import { writeStateFile } from '@t2i/core/node';
import { MockEncoder, withTemporaryFolder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { cachedEmbeddings } from './cached-embeddings.ts';

const captions = ['a pink flower', 'a red flower', '🌸'];

describe('cachedEmbeddings', () => {
  it('computes once and reads the same numbers afterwards', () =>
    withTemporaryFolder(async (folder) => {
      const cacheFile = join(folder, 'cache', 'embeddings.safetensors');
      const encoder = new MockEncoder();
      const computed = await cachedEmbeddings({ encoder, captions, cacheFile });
      expect(computed).toEqual(await new MockEncoder().encode(captions));
      expect(await cachedEmbeddings({ encoder, captions, cacheFile })).toEqual(computed);
      expect(encoder.encoded).toBe(captions.length);
    }));

  it.each([
    ['another encoder', new MockEncoder(9), captions],
    ['other captions', new MockEncoder(), ['a pink flower', 'a red flower', '🌼']],
    ['another order', new MockEncoder(), captions.toReversed()],
    ['captions cut elsewhere', new MockEncoder(), ['a pink flowera', ' red flower', '🌸']],
  ])('computes again for %s and says so', (_, encoder, newCaptions) =>
    withTemporaryFolder(async (folder) => {
      const cacheFile = join(folder, 'embeddings.safetensors');
      await cachedEmbeddings({ encoder: new MockEncoder(), captions, cacheFile });
      const messages: string[] = [];
      const logger = { info: (message: string) => messages.push(message), warn() {} };
      const embeddings = await cachedEmbeddings({ encoder, captions: newCaptions, cacheFile, logger });
      expect(embeddings).toEqual(await encoder.encode(newCaptions));
      expect(messages).toEqual([expect.stringContaining('computing them again')]);
    }),
  );

  const flipLastByte = async (path: string) => {
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
  };
  const damages: [string, (path: string) => Promise<void>, RegExp][] = [
    ['truncated', (path) => truncate(path, 300), /is damaged/],
    ['changed in one bit', flipLastByte, /The embeddings in .* are damaged/],
    ['empty', (path) => truncate(path, 0), /is damaged/],
    ['weights of a model', (path) => writeStateFile(path, { tensors: {}, metadata: {} }), /is not a cache/],
  ];
  it.each(damages)('refuses a file that is %s and leaves it alone', (_, damage, message) =>
    withTemporaryFolder(async (folder) => {
      const cacheFile = join(folder, 'embeddings.safetensors');
      const options = { encoder: new MockEncoder(), captions, cacheFile };
      await cachedEmbeddings(options);
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
