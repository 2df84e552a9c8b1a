/** Opens a published model from a URL: in a browser, a worker, Node, or anything else that can fetch. */

import type { Logger } from '@t2i/core';
import { type DownloadOptions, downloadBytes, downloadText } from './download.ts';
import { type FileCache, keep, readKept } from './file-cache.ts';
import { MANIFEST_FILE, type ModelFile, type ModelManifest, parseModelManifest } from './manifest.ts';
import { assertIntact, type ModelBytes, PublishedModel } from './published-model.ts';

/** Downloaded weights, in bytes. */
export interface DownloadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** Where the three files of a model are, when they do not lie together under their own names: bundlers rename them. */
export interface ModelAddresses {
  readonly manifest: URL;
  readonly generator: URL;
  readonly encoder: URL;
}

export interface OpenPublishedModelOptions {
  /** Address of the directory that holds `model.json` (`file:` too, in Node), or of each file. */
  readonly baseUrl: string | URL | ModelAddresses;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Aborting it ends the download; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Keeps the weights for the next visit. */
  readonly cache?: FileCache | undefined;
  /** Receives the warnings of the encoder. */
  readonly logger?: Logger;
}

/**
 * Downloads and opens a model. A backend must have been chosen: `tf.setBackend`, or `selectBackend` of `@t2i/backend`.
 * @throws CheckpointError when a file is missing, truncated, damaged or of another model: never random images
 * @throws T2iError `ERR_FETCH` when the server does not respond
 * @example
 * const flowers = await openPublishedModel({ baseUrl: new URL('model/', document.baseURI), onProgress: console.log });
 * const images = await flowers.generate({ captions: ['a pink flower'], seed: 7, perCaption: 4 });
 */
export async function openPublishedModel(options: OpenPublishedModelOptions): Promise<PublishedModel> {
  const { manifest, files } = await downloadPublishedModel(options);
  return PublishedModel.restore(manifest, files, options.logger);
}

/**
 * The first half of `openPublishedModel`, which needs no backend: `PublishedModel.restore` is the other, and may be repeated
 * on another backend.
 */
export async function downloadPublishedModel(
  options: Omit<OpenPublishedModelOptions, 'logger'>,
): Promise<{ manifest: ModelManifest; files: ModelBytes }> {
  const { fetch = globalThis.fetch, signal, cache, onProgress } = options;
  const addressOf = addressesIn(options.baseUrl);
  const network: DownloadOptions = { fetch: (...request) => fetch(...request), signal };
  const address = addressOf('manifest', MANIFEST_FILE);
  const manifest = parseModelManifest(await downloadText(address, network), address.href);

  const { generator, encoder } = manifest;
  const total = generator.file.bytes + encoder.file.bytes;
  let loaded = 0;
  const onBytes = (count: number) => {
    loaded += count;
    onProgress?.({ loaded, total });
  };
  onBytes(0);
  // one failure aborts the other download
  const stop = new AbortController();
  const together = {
    fetch: network.fetch,
    signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
    onBytes,
  };
  try {
    const [generatorBytes, encoderBytes] = await Promise.all(
      (['generator', 'encoder'] as const).map((part) => {
        const { file } = manifest[part];
        return readFile(addressOf(part, file.name), file, { ...together, cache });
      }),
    );
    return { manifest, files: { generator: generatorBytes!, encoder: encoderBytes! } };
  } catch (error) {
    stop.abort();
    throw error;
  }
}

/** Where each file is: by its name in a directory, or wherever a bundler has put it. */
function addressesIn(place: OpenPublishedModelOptions['baseUrl']): (part: keyof ModelAddresses, name: string) => URL {
  if (typeof place === 'object' && 'manifest' in place) return (part) => place[part];
  const base = new URL(String(place).replace(/\/?$/, '/'));
  return (_, name) => new URL(name, base);
}

async function readFile(
  url: URL,
  file: ModelFile,
  { cache, ...network }: DownloadOptions & { onBytes: (count: number) => void; cache: FileCache | undefined },
): Promise<Uint8Array> {
  const kept = cache && (await readKept(cache, url, file));
  if (kept !== undefined) {
    network.onBytes(file.bytes);
    return kept;
  }
  const bytes = await downloadBytes(url, file.bytes, network);
  if (cache !== undefined) {
    await assertIntact(file, bytes);
    await keep(cache, url, file, bytes);
  }
  return bytes;
}
