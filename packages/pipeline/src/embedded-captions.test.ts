import { mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaptionEncoder, CheckpointError, Rng, type TextImageDataset } from '@t2i/core';
import { createBatchSource, createToyFlowers } from '@t2i/dataset';
import { expectAllClose, MockEncoder, withTemporaryDirectory } from '@t2i/test-utils';
import { BagOfWords } from '@t2i/text-encoder';
import { hasPretrained } from '@t2i/text-encoder/node';
import { describe, expect, it } from 'vitest';
import { chooseEncoder } from './choose-encoder.ts';
import { embedCaptions } from './embedded-captions.ts';
import { parseRunConfig } from './run-config.ts';

const flowers = await createToyFlowers({ images: 60, storedSize: 32 });
const toy = { kind: 'toy-flowers', images: 60, seed: 1 } as const;
const captionsOf = (dataset: TextImageDataset) =>
  Array.from({ length: dataset.size }, (_, item) => dataset.captions(item)).flat();
const distinct = new Set(captionsOf(flowers)).size;
const slowEncoder = () => Object.assign(new MockEncoder(), { kind: 'slow' });

describe('embedCaptions', () => {
  it('stores embeddings beside a prepared set, so that the next training does not need the encoder', () =>
    withTemporaryDirectory(async (directory) => {
      const data = { kind: 'prepared', directory } as const;
      const [first, second] = [slowEncoder(), slowEncoder()];
      await (await embedCaptions(first, flowers, data)).close();
      expect(first.encoded).toBe(distinct);
      expect(await readdir(join(directory, 'embeddings'))).toEqual(['mock-8.safetensors']);
      const { encoder, close } = await embedCaptions(second, flowers, data);
      const asked = [...flowers.captions(3), 'an own caption'];
      const { data: found } = await encoder.encode(asked);
      expectAllClose(found, (await new MockEncoder().encode(asked)).data, { relative: 2 ** -11, absolute: 2 ** -25 });
      expect([second.encoded, encoder.id]).toEqual([1, 'mock-8']);
      await close();
    }));

  it('keeps the same embeddings in memory where it cannot write', () =>
    withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'embeddings'), 'a file in the place of the directory');
      const warnings: string[] = [];
      const logger = { info() {}, warn: (message: string) => warnings.push(message) };
      const inMemory = await embedCaptions(slowEncoder(), flowers, { kind: 'prepared', directory }, { logger });
      expect(warnings).toEqual([expect.stringContaining('Cannot write')]);
      const other = await embedCaptions(slowEncoder(), flowers, { kind: 'prepared', directory: join(directory, 'b') });
      const captions = flowers.captions(7);
      expect(await inMemory.encoder.encode(captions)).toEqual(await other.encoder.encode(captions));
      await other.close();
    }));

  it.skipIf(process.platform === 'win32')('follows no link out of the data set', () =>
    withTemporaryDirectory(async (place) => {
      const directory = join(place, 'set');
      await mkdir(directory);
      await mkdir(join(place, 'elsewhere'));
      await symlink(join(place, 'elsewhere'), join(directory, 'embeddings'));
      const warnings: string[] = [];
      const logger = { info() {}, warn: (message: string) => warnings.push(message) };
      await (await embedCaptions(slowEncoder(), flowers, { kind: 'prepared', directory }, { logger })).close();
      expect(warnings).toEqual([expect.stringContaining('stay in memory')]);
      expect(await readdir(join(place, 'elsewhere'))).toEqual([]);

      await rm(join(directory, 'embeddings'));
      await mkdir(join(directory, 'embeddings'));
      await writeFile(join(place, 'secret'), 'secret');
      await symlink(join(place, 'secret'), join(directory, 'embeddings/mock-8.safetensors'));
      const linked = embedCaptions(slowEncoder(), flowers, { kind: 'prepared', directory });
      await expect(linked).rejects.toThrow(CheckpointError);
      await expect(linked).rejects.toThrow('leads outside');
    }),
  );

  it('does not embed ahead for a bag of words', async () => {
    const words = BagOfWords.fit(captionsOf(flowers));
    expect((await embedCaptions(words, flowers, toy)).encoder).toBe(words);
  });

  it('refuses a damaged file', () =>
    withTemporaryDirectory(async (directory) => {
      const data = { kind: 'prepared', directory } as const;
      await (await embedCaptions(slowEncoder(), flowers, data)).close();
      await truncate(join(directory, 'embeddings/mock-8.safetensors'), 1000);
      await expect(embedCaptions(slowEncoder(), flowers, data)).rejects.toThrow(CheckpointError);
    }));

  it.each([
    { captionsPerImage: 1, numCaptions: 1 },
    { captionsPerImage: 5, numCaptions: 1 },
    { captionsPerImage: 10, numCaptions: 4 },
  ])('gives training its conditions with %o, and asks the encoder for none', async (options) => {
    const batchesOf = async (encoder: CaptionEncoder) => {
      const rng = new Rng(5);
      const source = createBatchSource({
        ...{ dataset: flowers, encoder, batchSize: 6, imageSize: 24, mismatch: 'text', rng },
        ...options,
      });
      const batch = await source.next();
      await source.close();
      return batch;
    };
    const slow = slowEncoder();
    const { encoder } = await embedCaptions(slow, flowers, toy);
    const [found, expected] = [await batchesOf(encoder), await batchesOf(new MockEncoder())];
    for (const part of ['embeddings', 'wrongEmbeddings'] as const) {
      expect(found[part]!.shape).toEqual([6, 8]);
      expectAllClose(found[part]!.data, expected[part]!.data, { relative: 2 ** -10, absolute: 1e-3 });
    }
    expect(slow.encoded).toBe(distinct);
  });
});

describe('chooseEncoder', () => {
  const choose = async (encoder: object, name: string) => {
    const messages: string[] = [];
    const logger = { info: (message: string) => messages.push(message), warn() {} };
    const config = parseRunConfig({ data: { kind: 'toy-flowers' }, encoder });
    const dataset = { name, splits: flowers.splits, captions: (item: number) => flowers.captions(item) };
    return { ...(await chooseEncoder(config, dataset, logger)), messages };
  };

  it('uses a bag of words for data other than Oxford-102, and logs it', async () => {
    const { encoder, config, messages } = await choose({ kind: 'automatic' }, 'toy-flowers');
    expect(encoder).toBeInstanceOf(BagOfWords);
    expect([config.kind, messages]).toEqual(['bag-of-words', ['Text encoder: a bag of words']]);
  });

  it('uses the pretrained encoder for Oxford-102 if installed, and logs its choice', async () => {
    const kind = (await hasPretrained('oxford-102-words')) ? 'pretrained' : 'bag-of-words';
    const { encoder, config, messages } = await choose({ kind: 'automatic' }, 'oxford-102');
    expect([config.kind, encoder.kind]).toEqual([kind, kind === 'pretrained' ? 'word-cnn' : kind]);
    expect(messages).toEqual([expect.stringMatching(/^Text encoder: .*oxford-102/)]);
  });

  it('uses the configured encoder for any data', async () => {
    expect((await choose({ kind: 'bag-of-words' }, 'oxford-102')).config.kind).toBe('bag-of-words');
    await expect(choose({ kind: 'saved', directory: 'no/such/encoder' }, 'oxford-102')).rejects.toThrow(
      /no\/such\/encoder/,
    );
  });
});
