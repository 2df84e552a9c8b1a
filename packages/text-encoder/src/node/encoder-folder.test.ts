import { readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, T2iError } from '@t2i/core';
import { withTemporaryFolder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { BagOfWords } from '../bag-of-words.ts';
import { loadEncoder, saveEncoder } from './encoder-folder.ts';

const encoder = BagOfWords.fit(['a pink flower', 'a red flower', 'die Blüte 花']);

describe('saveEncoder and loadEncoder', () => {
  it('keep the encoder, in two files', () =>
    withTemporaryFolder(async (folder) => {
      const directory = join(folder, 'new', 'encoder');
      await saveEncoder(directory, encoder);
      expect((await readdir(directory)).sort()).toEqual(['encoder.json', 'encoder.safetensors']);
      const loaded = await loadEncoder(directory);
      expect(loaded.id).toBe(encoder.id);
      expect(loaded.settings).toEqual(encoder.settings);
      expect(await loaded.encode(['die pink Blüte'])).toEqual(await encoder.encode(['die pink Blüte']));
    }));

  it('write the same bytes again', () =>
    withTemporaryFolder(async (folder) => {
      await saveEncoder(join(folder, 'a'), encoder);
      await saveEncoder(join(folder, 'b'), await loadEncoder(join(folder, 'a')));
      for (const name of ['encoder.json', 'encoder.safetensors']) {
        expect(await readFile(join(folder, 'b', name))).toEqual(await readFile(join(folder, 'a', name)));
      }
    }));

  it('refuse a folder that cannot be written', () =>
    withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      await expect(saveEncoder(join(folder, 'file'), encoder)).rejects.toThrow(T2iError);
    }));
});

/** Moves a file out of the folder and puts a link in its place. */
async function moveAndLink(folder: string, name: string): Promise<void> {
  const elsewhere = join(folder, '..', name);
  await rename(join(folder, name), elsewhere);
  await symlink(elsewhere, join(folder, name));
}

describe('loadEncoder refuses', () => {
  const manifest = (changes: object) => JSON.stringify({ formatVersion: 1, kind: 'bag-of-words', ...changes });
  const damages: Record<string, [(folder: string) => Promise<void>, RegExp]> = {
    'a missing manifest': [(folder) => rm(join(folder, 'encoder.json')), /encoder\.json: it does not exist/],
    'missing weights': [(folder) => rm(join(folder, 'encoder.safetensors')), /encoder\.safetensors: it does not exist/],
    'a manifest that a link leads to': [(folder) => moveAndLink(folder, 'encoder.json'), /json leads outside/],
    'weights that a link leads to': [(folder) => moveAndLink(folder, 'encoder.safetensors'), /tensors leads outside/],
    'a truncated manifest': [(folder) => truncate(join(folder, 'encoder.json'), 20), /is not valid JSON/],
    'truncated weights': [(folder) => truncate(join(folder, 'encoder.safetensors'), 100), /is damaged/],
    'a manifest that is none': [(folder) => writeFile(join(folder, 'encoder.json'), 'null'), /does not describe/],
    'a later format': [
      (folder) => writeFile(join(folder, 'encoder.json'), manifest({ formatVersion: 2, id: 'x', dim: 3 })),
      /format version 2/,
    ],
    'weights of another encoder': [
      (folder) => writeFile(join(folder, 'encoder.json'), manifest({ id: 'bag-of-words-3-0', dim: 3 })),
      /names the encoder bag-of-words-3-0/,
    ],
  };
  it.each(Object.entries(damages))('%s', (_, [damage, message]) =>
    withTemporaryFolder(async (place) => {
      const folder = join(place, 'encoder');
      await saveEncoder(folder, encoder);
      await damage(folder);
      await expect(loadEncoder(folder)).rejects.toThrow(CheckpointError);
      await expect(loadEncoder(folder)).rejects.toThrow(message);
    }),
  );
});
