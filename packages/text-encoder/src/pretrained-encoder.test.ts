import '@tensorflow/tfjs-backend-cpu';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CheckpointError, ConfigError, float32Tensor, Rng, sizeOf } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CharCnnRnn } from './char-cnn-rnn/char-cnn-rnn.ts';
import { resolveCharCnnRnnConfig } from './char-cnn-rnn/config.ts';
import { charCnnRnnShapes } from './char-cnn-rnn/network.ts';
import { saveEncoder } from './node/encoder-directory.ts';
import type { PretrainedName } from './pretrained.ts';
import { pretrainedEncoder } from './pretrained-encoder.ts';
import { PRETRAINED_FILES } from './pretrained-files.ts';
import { roundedEncoder } from './restore-encoder.ts';
import { WordCnn } from './word-cnn/word-cnn.ts';

beforeAll(() => tf.setBackend('cpu'));

const config = resolveCharCnnRnnConfig({ channels: [4, 6], cnnDim: 6, dim: 5 });
const rng = new Rng(1);
const tensors = Object.fromEntries(
  Object.entries(charCnnRnnShapes(config)).map(([name, shape]) => [
    name,
    float32Tensor(shape, rng.normal(sizeOf(shape))),
  ]),
);
const encoder = await roundedEncoder(CharCnnRnn.fromWeights(config, tensors, { trainedOn: 'nothing' }));

const withSavedEncoder = (use: (directory: string) => Promise<void>) =>
  withTemporaryDirectory(async (directory) => {
    await saveEncoder(directory, encoder);
    await use(directory);
  });

/** Serves the files of a directory on a free port. */
async function withServer(directory: string, use: (address: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    readFile(join(directory, basename(request.url!))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/weights`);
  } finally {
    server.close();
  }
}

describe('pretrainedEncoder', () => {
  it('reads an encoder from a directory and from a server', () =>
    withSavedEncoder(async (directory) => {
      const expected = await encoder.encode(['a pink flower']);
      const fromDisk = await CharCnnRnn.pretrained('oxford-102', { from: pathToFileURL(directory) });
      expect(await fromDisk.encode(['a pink flower'])).toEqual(expected);
      await withServer(directory, async (address) => {
        const fetched = await pretrainedEncoder('oxford-102-words', { from: address });
        expect(fetched.id).toBe(encoder.id);
        expect(await fetched.encode(['a pink flower'])).toEqual(expected);
      });
    }));

  const damages: [string, (directory: string) => Promise<void>, RegExp][] = [
    [
      'missing weights',
      (directory) => rm(join(directory, 'encoder.safetensors')),
      /Cannot read .*encoder\.safetensors/,
    ],
    ['a missing manifest', (directory) => rm(join(directory, 'encoder.json')), /Cannot read .*encoder\.json/],
    ['truncated weights', (directory) => truncate(join(directory, 'encoder.safetensors'), 1500), /is damaged/],
    [
      'a page in place of the manifest',
      (directory) => writeFile(join(directory, 'encoder.json'), '<html>'),
      /not valid JSON/,
    ],
    [
      'weights of another encoder',
      (directory) =>
        writeFile(join(directory, 'encoder.json'), '{"formatVersion":1,"kind":"char-cnn-rnn","id":"x","dim":5}'),
      /names the encoder x/,
    ],
  ];
  it.each(damages)('refuses %s, on disk and on a server', (_, damage, message) =>
    withSavedEncoder(async (directory) => {
      await damage(directory);
      const attempt = (from: string) => pretrainedEncoder('oxford-102', { from }).catch((error: unknown) => error);
      const check = (error: unknown) => {
        expect(error).toBeInstanceOf(CheckpointError);
        expect((error as CheckpointError).message).toMatch(message);
      };
      check(await attempt(pathToFileURL(directory).href));
      await withServer(directory, async (address) => check(await attempt(address)));
    }),
  );

  it('names what there is and what it cannot use', async () => {
    await expect(pretrainedEncoder('roses' as 'oxford-102')).rejects.toMatchObject({
      constructor: ConfigError,
      message: 'There are no weights for "roses".',
      hint: 'There are some for oxford-102-words, oxford-102.',
    });
    await expect(pretrainedEncoder('oxford-102', { from: 'weights' })).rejects.toThrow(ConfigError);
  });

  it('can be stopped', async () => {
    const signal = AbortSignal.abort();
    await expect(pretrainedEncoder('oxford-102', { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const NAMES = Object.keys(PRETRAINED_FILES) as PretrainedName[];
describe.each(NAMES.filter((name) => existsSync(PRETRAINED_FILES[name].weights)))('the weights of %s', (name) => {
  it('are those of the flowers, below 8 MB', async () => {
    const own = await pretrainedEncoder(name);
    expect(own).toMatchObject({ dim: 1024, settings: { dataset: { name: 'oxford-102' } } });
    expect(own.kind).toBe(name === 'oxford-102' ? CharCnnRnn.kind : WordCnn.kind);
    expect((await stat(PRETRAINED_FILES[name].weights)).size).toBeLessThan(8e6);
    own.dispose?.();
  });
});
