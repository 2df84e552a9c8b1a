/** Computes features of every photo of a data set in several views and stores them on disk. After a kill the next call resumes. */

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import {
  assert,
  DatasetError,
  type ImageEncoder,
  type Logger,
  type RgbImage,
  silentLogger,
  T2iError,
  type TextImageDataset,
  toImageBatch,
} from '@t2i/core';
import { hashOpenFile, syncDirectory, writeError, writeJsonFile } from '@t2i/core/node';
import { decodeImage, resizeBicubic } from '@t2i/image-node';
import { cutView, VIEWS, WHOLE_VIEW } from '../views.ts';
import { type FeatureManifest, manifestPath, partialPath, readFeatureManifest, viewPath } from './feature-directory.ts';

/** Refuses to write through a link. Windows has no such flag. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** An original photo, before any resizing. */
export interface Photo {
  readonly item: number;
  /** JPEG, PNG, … */
  readonly bytes: Uint8Array;
}

/** The largest possible limit, because the preparation of the set has already refused photos that are too large. */
const MAX_PIXELS = 2 ** 28;

export interface ExtractProgress {
  readonly view: string;
  readonly done: number;
  readonly total: number;
}

export interface ExtractFeaturesOptions {
  readonly encoder: ImageEncoder;
  readonly dataset: Pick<TextImageDataset, 'name' | 'fingerprint' | 'size' | 'splits'>;
  /** All photos, each once, in ascending order of items. Called once per view. */
  readonly photos: () => AsyncIterable<Photo>;
  /** Directory of the features; created if it is missing. */
  readonly directory: string;
  /** The views to compute, in this order; default all of `VIEWS`. Crops are computed for train and val only. */
  readonly views?: readonly string[] | undefined;
  /** Images per pass of the encoder; default 32. */
  readonly batchSize?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly onProgress?: ((progress: ExtractProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Computes the features that are missing in `directory`. Appends rows batch by batch and hashes finished views, so nothing is computed twice.
 * @throws DatasetError if the directory contains features of another encoder or data set, or a photo is damaged or missing
 * @throws T2iError `ERR_WRITE` if writing fails
 */
export async function extractFeatures(options: ExtractFeaturesOptions): Promise<void> {
  const { encoder, dataset, directory, views = VIEWS, logger = silentLogger } = options;
  for (const view of views) assert(VIEWS.includes(view), `there is no view "${view}"`);
  try {
    await mkdir(directory, { recursive: true });
    let manifest = (await readFeatureManifest(directory)) ?? newManifest(encoder, dataset);
    assertSame(directory, manifest, encoder, dataset);
    await writeJsonFile(manifestPath(directory), manifest);
    for (const view of views) {
      if (manifest.views[view] !== undefined) continue;
      const items = view === WHOLE_VIEW ? allItems(dataset.size) : manifest.training;
      const sha256 = await extractView(view, items, options);
      manifest = { ...manifest, views: { ...manifest.views, [view]: { rows: items.length, sha256 } } };
      await writeJsonFile(manifestPath(directory), manifest);
      logger.info(`Features of ${items.length} photos, view ${view}: done`);
    }
  } catch (cause) {
    const refused = cause instanceof Error && !T2iError.isInstance(cause) && 'syscall' in cause;
    throw refused ? writeError(directory, cause) : cause;
  }
}

type DatasetPart = ExtractFeaturesOptions['dataset'];

function newManifest(encoder: ImageEncoder, { name, fingerprint, size, splits }: DatasetPart): FeatureManifest {
  const training = [...splits.train, ...splits.val].sort((a, b) => a - b);
  return {
    format: 't2i-image-features',
    formatVersion: 1,
    encoder: encoder.id,
    dim: encoder.dim,
    dataset: { name, fingerprint, size },
    training,
    views: {},
  };
}

function assertSame(directory: string, manifest: FeatureManifest, encoder: ImageEncoder, dataset: DatasetPart): void {
  const differs =
    manifest.encoder !== encoder.id
      ? `the encoder ${manifest.encoder}, not ${encoder.id}`
      : manifest.dataset.fingerprint !== dataset.fingerprint
        ? `the data set ${manifest.dataset.name} in another state (${manifest.dataset.fingerprint})`
        : undefined;
  if (differs === undefined) return;
  throw new DatasetError(`${directory} holds features of ${differs}.`, {
    hint: 'Choose another directory for these features.',
  });
}

const allItems = (size: number) => Array.from({ length: size }, (_, item) => item);

/** Appends the missing rows and returns the hash of the finished file. */
async function extractView(view: string, items: readonly number[], options: ExtractFeaturesOptions): Promise<string> {
  const { encoder, directory } = options;
  const partial = partialPath(directory, view);
  const file = await open(partial, APPEND);
  let hash: string;
  try {
    const rowBytes = encoder.dim * 4;
    const rows = Math.min(items.length, Math.floor((await file.stat()).size / rowBytes));
    await file.truncate(rows * rowBytes); // a kill may have left an incomplete row
    await appendRows(file, view, items, rows, options);
    await file.sync();
    hash = await hashOpenFile(file);
  } finally {
    await file.close();
  }
  await rename(partial, viewPath(directory, view));
  await syncDirectory(directory);
  return hash;
}

async function appendRows(
  file: FileHandle,
  view: string,
  items: readonly number[],
  rows: number,
  { encoder, photos, batchSize = 32, onProgress, signal }: ExtractFeaturesOptions,
): Promise<void> {
  let done = rows;
  let batch: RgbImage[] = [];
  const flush = async () => {
    signal?.throwIfAborted();
    if (batch.length === 0) return;
    const { data } = await encoder.encode(toImageBatch(batch));
    await file.appendFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    done += batch.length;
    batch = [];
    onProgress?.({ view, done, total: items.length });
  };
  if (done === items.length) return;
  for await (const { item, bytes } of photos()) {
    const next = items[done + batch.length];
    if (next === undefined) break;
    if (item < next) continue; // already computed, or no crop of it is needed
    if (item > next) throw new DatasetError(`The photo of item ${next} is missing, or the photos are out of order.`);
    const photo = await decodeImage(bytes, undefined, { maxPixels: MAX_PIXELS });
    batch.push(cutView(photo, view, encoder.imageSize, resizeBicubic));
    if (batch.length === batchSize) await flush();
  }
  await flush();
  if (done < items.length)
    throw new DatasetError(`The photos end at item ${items[done - 1] ?? 0}; ${items.length - done} are missing.`);
}
