import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CheckpointError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, bagOfWords, network, publish, smallModel } from './__fixtures__/small-published.ts';
import type { ModelManifest } from './manifest.ts';
import { openModelDirectory } from './node/open-model-directory.ts';
import { type DownloadProgress, openPublishedModel } from './open-published-model.ts';

const baseUrl = 'https://example.org/flowers/model';
let directory: string;
let manifest: ModelManifest;

beforeAll(async () => {
  await tf.setBackend('cpu');
  directory = await mkdtemp(join(tmpdir(), 't2i-open-'));
  manifest = await publish(directory, await smallModel(bagOfWords.dim), bagOfWords);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Opens with one file answered differently. */
const openWith = (name: string, answer: (bytes: Uint8Array) => Response | Promise<Response>, signal?: AbortSignal) => {
  const whole: Answer = (asked, bytes) => (asked === name ? answer(bytes) : new Response(bytes as BodyInit));
  return openPublishedModel({ baseUrl, fetch: network(directory, whole).fetch, ...(signal && { signal }) });
};
const GENERATOR = 'generator.safetensors';

describe('openPublishedModel', () => {
  it('opens the same model as from the directory, and reports every byte', async () => {
    const heard: DownloadProgress[] = [];
    const { fetch, requests } = network(directory);
    const opened = await openPublishedModel({ baseUrl, fetch, onProgress: (progress) => heard.push(progress) });
    const local = await openModelDirectory(directory);
    const request = { captions: ['a pink flower'], seed: 7, perCaption: 2 };
    expect((await opened.generate(request)).data).toEqual((await local.generate(request)).data);
    expect(opened.manifest).toEqual(manifest);
    expect(requests.sort()).toEqual(['encoder.safetensors', GENERATOR, 'model.json']);
    const total = manifest.generator.file.bytes + manifest.encoder.file.bytes;
    expect([heard[0], heard.at(-1)]).toEqual([
      { loaded: 0, total },
      { loaded: total, total },
    ]);
    opened.dispose();
    local.dispose();
  });

  it('opens a file URL in Node, and names missing files', async () => {
    const opened = await openPublishedModel({ baseUrl: pathToFileURL(directory) });
    expect(opened.manifest).toEqual(manifest);
    expect(await opened.deviation()).toBeLessThan(1e-4);
    opened.dispose();
    const none = openPublishedModel({ baseUrl: pathToFileURL(join(directory, 'none')) });
    await expect(none).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/Cannot read file:.*none\/model\.json: .*no such file/),
    });
  });

  it('accepts a URL for each file, and checks the hashes of the manifest', async () => {
    const at = (name: string) => new URL(`https://example.org/assets/${name}`);
    const names: Record<string, string> = {
      'a-1.json': 'model.json',
      'b-2.bin': GENERATOR,
      'c-3.bin': 'encoder.safetensors',
    };
    const fetch = async (url: URL) =>
      new Response(await readFile(join(directory, names[url.pathname.split('/').at(-1)!]!)));
    const open = (generator: string) =>
      openPublishedModel({
        baseUrl: { manifest: at('a-1.json'), generator: at(generator), encoder: at('c-3.bin') },
        fetch: fetch as typeof globalThis.fetch,
      });
    const opened = await open('b-2.bin');
    expect(opened.manifest).toEqual(manifest);
    opened.dispose();
    await expect(open('c-3.bin')).rejects.toThrow(CheckpointError);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    ['truncated', (bytes) => bytes.subarray(0, 1000), /model.json says \d+ bytes, 1000 came/],
    ['longer', (bytes) => new Uint8Array(bytes.length + 1), /more come/],
    ['of another model', (bytes) => bytes.map((byte, i) => (i === bytes.length - 2 ? byte ^ 1 : byte)), /other ones/],
  ])('refuses a file that is %s', async (_, change, message) => {
    const before = tf.memory().numTensors;
    const failed = openWith(GENERATOR, (bytes) => new Response(change(bytes) as BodyInit));
    await expect(failed).rejects.toThrow(CheckpointError);
    await expect(failed).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('distinguishes missing files from temporary failures', async () => {
    const status = (code: number) => openWith(GENERATOR, () => new Response('', { status: code }));
    await expect(status(404)).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/\/flowers\/model\/generator\.safetensors not found/),
    });
    await expect(status(503)).rejects.toMatchObject({
      code: 'ERR_FETCH',
      message: expect.stringMatching(/responds with 503/),
    });
    const away = openWith('model.json', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(away).rejects.toMatchObject({ code: 'ERR_FETCH', message: expect.stringMatching(/Failed to fetch/) });
    const page = openWith('model.json', () => new Response('<!doctype html>'));
    await expect(page).rejects.toThrow(/model\.json is not valid JSON/);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) });
    await expect(openWith(GENERATOR, () => new Response(broken))).rejects.toMatchObject({ code: 'ERR_FETCH' });
  });

  it('stops at an endless description and at an impossible size', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(2 ** 16));
      },
    });
    await expect(openWith('model.json', () => new Response(endless))).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/model\.json is not a model description: it has more than 1048576 bytes/),
    });
    expect(sent).toBeLessThan(40);
    const nothing = () => new Response(null, { status: 204 });
    await expect(openWith('model.json', nothing)).rejects.toThrow(/model\.json is not valid JSON/);
    await expect(openWith(GENERATOR, nothing)).rejects.toThrow(/model\.json says \d+ bytes, 0 came/);
    const huge = structuredClone(manifest) as { generator: { file: { bytes: number } } };
    huge.generator.file.bytes = Number.MAX_SAFE_INTEGER;
    await expect(openWith('model.json', () => new Response(JSON.stringify(huge)))).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringMatching(/generator\.safetensors is too large: model\.json says 9007199254740991 bytes/),
    });
  });

  it('rejects with the reason of its signal, before and during the download', async () => {
    const reason = new Error('the visitor left');
    await expect(openWith('none', () => new Response(''), AbortSignal.abort(reason))).rejects.toBe(reason);
    const stop = new AbortController();
    const endless = new ReadableStream({
      start: (controller) => void stop.signal.addEventListener('abort', () => controller.error(stop.signal.reason)),
      pull: () => void setTimeout(() => stop.abort(reason)),
    });
    await expect(openWith(GENERATOR, () => new Response(endless), stop.signal)).rejects.toBe(reason);
  });
});

describe('the cache', () => {
  let kept: Map<string, Uint8Array>;
  const cache = {
    async match(key: string) {
      const bytes = kept.get(key);
      return bytes && new Response(bytes as BodyInit);
    },
    async put(key: string, response: Response) {
      kept.set(key, new Uint8Array(await response.arrayBuffer()));
    },
    async delete(key: string) {
      const same = [...kept.keys()].filter((other) => other.split('?')[0] === key);
      return same.map((other) => kept.delete(other)).some(Boolean);
    },
  } as unknown as Cache;
  const open = async (fetch: typeof globalThis.fetch, use = cache) => {
    const loaded: number[] = [];
    const model = await openPublishedModel({
      baseUrl,
      fetch,
      cache: use,
      onProgress: (all) => loaded.push(all.loaded),
    });
    model.dispose();
    return loaded;
  };
  beforeEach(() => {
    kept = new Map();
  });

  it('keeps the weights: a second visit downloads only the description, and still reports all bytes', async () => {
    const { fetch, requests } = network(directory);
    const first = await open(fetch);
    expect([...kept.keys()].sort()).toEqual(
      [manifest.encoder.file, manifest.generator.file].map(({ name, sha256 }) => `${baseUrl}/${name}?sha256=${sha256}`),
    );
    const second = await open(fetch);
    expect(requests.filter((name) => name !== 'model.json')).toHaveLength(2);
    expect(second.at(-1)).toBe(first.at(-1));
  });

  it('replaces damaged files, and holds one version of each', async () => {
    const { fetch, requests } = network(directory);
    await open(fetch);
    const [key] = kept.keys();
    kept.set(key!, Uint8Array.of(1));
    kept.set(`${baseUrl}/${GENERATOR}?sha256=older`, Uint8Array.of(2));
    const generatorKey = `${baseUrl}/${GENERATOR}?sha256=${manifest.generator.file.sha256}`;
    kept.delete(generatorKey);
    await open(fetch);
    expect([...kept.keys()].filter((other) => other.includes(GENERATOR))).toEqual([generatorKey]);
    expect(requests.length).toBeGreaterThan(4);
    expect([...kept.values()].every((bytes) => bytes.length > 2)).toBe(true);
  });

  it('only costs a download when it fails; damaged files are not kept', async () => {
    const refuse = async () => Promise.reject(new Error('QuotaExceededError'));
    const full = { match: refuse, put: refuse, delete: refuse } as unknown as Cache;
    expect((await open(network(directory).fetch, full)).at(-1)).toBeGreaterThan(0);
    const damaged: Answer = (name, bytes) => {
      if (name !== 'model.json') bytes[bytes.length - 2]! ^= 1;
      return new Response(bytes as BodyInit);
    };
    await expect(open(network(directory, damaged).fetch)).rejects.toThrow(CheckpointError);
    expect(kept.size).toBe(0);
  });
});
