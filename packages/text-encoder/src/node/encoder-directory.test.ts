import { readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, T2iError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { BagOfWords } from '../bag-of-words.ts';
import { loadEncoder, saveEncoder } from './encoder-directory.ts';

const encoder = BagOfWords.fit(['a pink flower', 'a red flower', 'die Blüte 花']);

describe('saveEncoder and loadEncoder', () => {
  it('keep the encoder, in two files', () =>
    withTemporaryDirectory(async (root) => {
      const directory = join(root, 'new', 'encoder');
      await saveEncoder(directory, encoder);
      expect((await readdir(directory)).sort()).toEqual(['encoder.json', 'encoder.safetensors']);
      const loaded = await loadEncoder(directory);
      expect(loaded.id).toBe(encoder.id);
      expect(loaded.settings).toEqual(encoder.settings);
      expect(await loaded.encode(['die pink Blüte'])).toEqual(await encoder.encode(['die pink Blüte']));
    }));

  it('write the same bytes again', () =>
    withTemporaryDirectory(async (root) => {
      await saveEncoder(join(root, 'a'), encoder);
      await saveEncoder(join(root, 'b'), await loadEncoder(join(root, 'a')));
      for (const name of ['encoder.json', 'encoder.safetensors']) {
        expect(await readFile(join(root, 'b', name))).toEqual(await readFile(join(root, 'a', name)));
      }
    }));

  it('refuse a directory that cannot be written', () =>
    withTemporaryDirectory(async (root) => {
      await writeFile(join(root, 'file'), '');
      await expect(saveEncoder(join(root, 'file'), encoder)).rejects.toThrow(T2iError);
    }));
});

/** Moves a file out of the directory and puts a link in its place. */
async function moveAndLink(root: string, name: string): Promise<void> {
  const elsewhere = join(root, '..', name);
  await rename(join(root, name), elsewhere);
  await symlink(elsewhere, join(root, name));
}

describe('loadEncoder refuses', () => {
  const manifest = (changes: object) => JSON.stringify({ formatVersion: 1, kind: 'bag-of-words', ...changes });
  const damages: Record<string, [(root: string) => Promise<void>, RegExp]> = {
    'a missing manifest': [(root) => rm(join(root, 'encoder.json')), /encoder\.json: it does not exist/],
    'missing weights': [(root) => rm(join(root, 'encoder.safetensors')), /encoder\.safetensors: it does not exist/],
    'a manifest that a link leads to': [(root) => moveAndLink(root, 'encoder.json'), /json leads outside/],
    'weights that a link leads to': [(root) => moveAndLink(root, 'encoder.safetensors'), /tensors leads outside/],
    'a truncated manifest': [(root) => truncate(join(root, 'encoder.json'), 20), /is not valid JSON/],
    'truncated weights': [(root) => truncate(join(root, 'encoder.safetensors'), 100), /is damaged/],
    'a manifest that is none': [(root) => writeFile(join(root, 'encoder.json'), 'null'), /does not describe/],
    'a later format': [
      (root) => writeFile(join(root, 'encoder.json'), manifest({ formatVersion: 2, id: 'x', dim: 3 })),
      /format version 2/,
    ],
    'weights of another encoder': [
      (root) => writeFile(join(root, 'encoder.json'), manifest({ id: 'bag-of-words-3-0', dim: 3 })),
      /names the encoder bag-of-words-3-0/,
    ],
  };
  it.each(Object.entries(damages))('%s', (_, [damage, message]) =>
    withTemporaryDirectory(async (place) => {
      const root = join(place, 'encoder');
      await saveEncoder(root, encoder);
      await damage(root);
      await expect(loadEncoder(root)).rejects.toThrow(CheckpointError);
      await expect(loadEncoder(root)).rejects.toThrow(message);
    }),
  );
});
