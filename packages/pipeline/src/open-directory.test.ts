import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CheckpointError } from '@t2i/core';
import { MockBatches, MockModel, withTemporaryDirectory } from '@t2i/test-utils';
import { BagOfWords } from '@t2i/text-encoder';
import { saveEncoder } from '@t2i/text-encoder/node';
import { train } from '@t2i/trainer';
import { describe, expect, it } from 'vitest';
import { openDirectory } from './open-directory.ts';

const FLOWERS = fileURLToPath(new URL('../../flowers/model', import.meta.url));

describe('openDirectory', () => {
  it.each([
    [{ config: {} }, 'text-to-image'],
    [{ kind: 'text-encoder' }, 'text-encoder'],
    [{ kind: 'style-encoder' }, 'style-encoder'],
    [{ kind: 'something else' }, undefined],
    [null, undefined],
  ])('recognises a run that records %j', (run, kind) =>
    withTemporaryDirectory(async (runDirectory) => {
      const config = { maxSteps: 1, previewEvery: 0 };
      await train({ runDirectory, model: new MockModel(), batches: new MockBatches(), config, run });
      expect(await openDirectory(runDirectory)).toEqual({ holds: 'run', kind });
    }),
  );

  it('recognises a published model', async () => {
    expect(await openDirectory(FLOWERS)).toMatchObject({
      holds: 'published-model',
      manifest: { generator: { kind: 'gan-cls' } },
    });
  });

  it('recognises a saved encoder', () =>
    withTemporaryDirectory(async (directory) => {
      await saveEncoder(directory, BagOfWords.fit(['a pink flower']));
      expect(await openDirectory(directory)).toEqual({ holds: 'encoder' });
    }));

  it('refuses other directories, and a damaged model.json', () =>
    withTemporaryDirectory(async (directory) => {
      await expect(openDirectory(directory)).rejects.toThrow('holds no run, published model or text encoder');
      await writeFile(`${directory}/model.json`, '{}');
      await expect(openDirectory(directory)).rejects.toSatisfy(CheckpointError.isInstance);
    }));
});
