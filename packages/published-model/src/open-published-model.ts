/** Opens a published model from an address: in a browser, a worker, or anything else that can fetch. */

import type { Logger } from '@t2i/core';
import { type DownloadOptions, downloadBytes, downloadText } from './download.ts';
import { type FileCache, keep, readKept } from './file-cache.ts';
import { MANIFEST_FILE, type ModelFile, type ModelManifest, parseModelManifest } from './manifest.ts';
import { assertIntact, type ModelBytes, PublishedModel } from './published-model.ts';

/** How far the weights have come, in bytes. */
export interface DownloadProgress {
  readonly loaded: number;
  readonly total: number;
}

export interface OpenPublishedModelOptions {
  /** Address of the folder that holds `model.json`. */
  readonly baseUrl: string | URL;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Aborting it ends the download; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Keeps the weights for the next visit. */
  readonly cache?: FileCache | undefined;
  /** Hears the warnings of the encoder. */
  readonly logger?: Logger;
}

/**
 * Downloads and opens a model. An engine must have been chosen: `tf.setBackend`, or `selectBackend` of `@t2i/backend`.
 * @throws CheckpointError when a file is missing, truncated, damaged or of another model: never random pictures
 * @throws T2iError `ERR_FETCH` when nobody answers
 * @example
 * const flowers = await openPublishedModel({ baseUrl: new URL('model/', document.baseURI), onProgress: console.log });
 * const images = await flowers.generate({ captions: ['a pink flower'], seed: 7, perCaption: 4 });
 */
export async function openPublishedModel(options: OpenPublishedModelOptions): Promise<PublishedModel> {
  const { manifest, files } = await downloadPublishedModel(options);
  return PublishedModel.restore(manifest, files, options.logger);
}

/**
 * The first half of `openPublishedModel`, which needs no engine: `PublishedModel.restore` is the other, and may be repeated
 * on another engine.
 */
export async function downloadPublishedModel(
  options: Omit<OpenPublishedModelOptions, 'logger'>,
): Promise<{ manifest: ModelManifest; files: ModelBytes }> {
  const { fetch = globalThis.fetch, signal, cache, onProgress } = options;
  const base = new URL(String(options.baseUrl).replace(/\/?$/, '/'));
  const network: DownloadOptions = { fetch: (...request) => fetch(...request), signal };
  const address = new URL(MANIFEST_FILE, base);
  const manifest = parseModelManifest(await downloadText(address, network), address.href);

  const { generator, encoder } = manifest;
  const total = generator.file.bytes + encoder.file.bytes;
  let loaded = 0;
  const onBytes = (count: number) => {
    loaded += count;
    onProgress?.({ loaded, total });
  };
  onBytes(0);
  // one failing ends the other
  const stop = new AbortController();
  const together = {
    fetch: network.fetch,
    signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
    onBytes,
  };
  try {
    const [generatorBytes, encoderBytes] = await Promise.all(
      [generator.file, encoder.file].map((file) => readFile(new URL(file.name, base), file, { ...together, cache })),
    );
    return { manifest, files: { generator: generatorBytes!, encoder: encoderBytes! } };
  } catch (error) {
    stop.abort();
    throw error;
  }
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
