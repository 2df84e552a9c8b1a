/** Prepares a packed Oxford-102 from its public archives, or from a directory with them. */

import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { assert, DatasetError, type Logger, silentLogger } from '@t2i/core';
import { MAX_MAT_BYTES, readMat5, readTar } from '@t2i/formats';
import { gunzipped } from '@t2i/formats/node';
import { captionLines } from '../caption-lines.ts';
import type { ItemRecord } from '../item-list.ts';
import type { Manifest, SourceFile } from '../manifest.ts';
import {
  captionNumbers,
  OXFORD_102_CLASSES,
  type Oxford102Split,
  oxfordLabels,
  oxfordSplits,
  photoNumber,
} from '../oxford-102.ts';
import { decodeStored } from './decode-stored.ts';
import { forEachBounded } from './for-each-bounded.ts';
import {
  describeSources,
  fetchOxfordFiles,
  findOxfordFiles,
  MAX_PHOTO_BYTES,
  OXFORD_102_DOWNLOADS,
  type Oxford102Download,
  type Oxford102File,
  type Oxford102Paths,
} from './oxford-102-sources.ts';
import { type WriteImage, writePackedDataset } from './packed-writer.ts';
import { type PreparedDataset, reusePrepared } from './prepared.ts';
import type { OnProgress } from './progress.ts';

export interface PrepareOxford102Options {
  /** A directory with `102flowers.tgz`, `imagelabels.mat`, `text_c10.tar.gz` (and `setid.mat` for the official split). Default: download. */
  readonly from?: string | undefined;
  /** The captions archive, if it is not with the other files. */
  readonly captions?: string | undefined;
  /** Directory of prepared sets. This one is written to its sub-directory `oxford-102`, downloads to `downloads/oxford-102`. */
  readonly cacheDirectory: string;
  /** Default `class-disjoint`, the split of the paper. */
  readonly split?: Oxford102Split | undefined;
  /** Side of the stored images in pixels. Default 76, for crops of 64. */
  readonly storedSize?: number | undefined;
  /** Photos decoded at the same time. Default one more than there are cores. */
  readonly workers?: number | undefined;
  /** Whether to prepare the set again even if a complete one exists. */
  readonly force?: boolean | undefined;
  /** Other URLs to download from. */
  readonly downloads?: Readonly<Partial<Record<Oxford102File, Oxford102Download>>> | undefined;
  readonly logger?: Logger | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NAME = 'oxford-102';
const MAX_CAPTION_BYTES = 2 ** 16;

/**
 * Prepares Oxford-102. An existing set made from the same files is kept. If it is interrupted, it leaves partial
 * downloads, which the next call resumes, and no data set.
 * @throws DatasetError if a file is missing or damaged, or photos, labels and captions do not match
 */
export async function prepareOxford102(options: PrepareOxford102Options): Promise<PreparedDataset> {
  const { from, captions, cacheDirectory, split = 'class-disjoint', storedSize = 76, force = false } = options;
  const { logger = silentLogger, onProgress, signal } = options;
  const directory = join(cacheDirectory, NAME);
  const wanted = { name: NAME, storedSize, classDisjoint: split === 'class-disjoint' };
  const needed: Oxford102File[] = [
    'photos',
    'labels',
    'captions',
    ...(split === 'official' ? (['setid'] as const) : []),
  ];

  if (from === undefined && !force) {
    const reused = await reusePrepared(directory, wanted, logger);
    if (reused) return reused;
  }
  const downloadDirectory = join(cacheDirectory, 'downloads', NAME);
  const downloads = { ...OXFORD_102_DOWNLOADS, ...options.downloads };
  const paths =
    from === undefined
      ? await fetchOxfordFiles({ directory: downloadDirectory, needed, captions, downloads, onProgress, signal })
      : findOxfordFiles(from, needed, captions);
  const sources = await describeSources(needed.map((file) => paths[file]!));
  if (from !== undefined && !force) {
    const reused = await reusePrepared(directory, { ...wanted, sources }, logger);
    if (reused) return reused;
  }
  const manifest = await pack(directory, { ...options, split, storedSize }, paths, sources);
  return { directory, manifest, reused: false };
}

async function pack(
  directory: string,
  options: PrepareOxford102Options & { split: Oxford102Split; storedSize: number },
  paths: Oxford102Paths,
  sources: readonly SourceFile[],
): Promise<Manifest> {
  const { split, storedSize } = options;
  const labels = oxfordLabels(await readMat(paths.labels));
  const splits = oxfordSplits(labels, split, paths.setid === undefined ? new Map() : await readMat(paths.setid));
  const captions = await readCaptions(paths.captions, labels);
  const items = Array.from(labels, (label, item): ItemRecord => {
    const { lines, path } = captions[item]!;
    const image = `image_${String(item + 1).padStart(5, '0')}.jpg`;
    return { label, split: splits[item], captionCount: lines.length, image, captionFile: path };
  });
  return writePackedDataset(
    directory,
    {
      name: NAME,
      storedSize,
      classNames: [...OXFORD_102_CLASSES],
      classDisjoint: split === 'class-disjoint',
      sources: [...sources],
      items,
      captions: captions.map(({ lines }) => lines),
    },
    (write) => packPhotos(paths.photos, labels.length, write, options),
  );
}

async function packPhotos(
  archive: string | undefined,
  count: number,
  write: WriteImage,
  {
    storedSize,
    workers = availableParallelism() + 1,
    onProgress,
    signal,
  }: PrepareOxford102Options & { storedSize: number },
): Promise<void> {
  const present = new Uint8Array(count);
  let done = 0;
  const photos = readTar(gunzipped(found(archive)), {
    accept: (path) => photoNumber(path) !== undefined,
    maxFileBytes: MAX_PHOTO_BYTES,
    what: OXFORD_102_DOWNLOADS.photos.file,
  });
  await forEachBounded(photos, workers, async ({ path, bytes }) => {
    signal?.throwIfAborted();
    const item = photoNumber(path)! - 1;
    if (present[item] !== 0) {
      const problem = item < 0 || item >= count ? 'has no label' : 'is there twice';
      throw new DatasetError(`${path} in ${OXFORD_102_DOWNLOADS.photos.file} ${problem}.`);
    }
    present[item] = 1;
    await write(item, await decodeStored(bytes, storedSize, path));
    done += 1;
    onProgress?.({ stage: 'images', name: NAME, done, total: count });
  });
  const missing = present.indexOf(0);
  if (missing >= 0) {
    throw new DatasetError(`102flowers.tgz has ${done} of ${count} photos; the first missing is image ${missing + 1}.`);
  }
}

interface ImageCaptions {
  readonly lines: readonly string[];
  /** Path in the archive. */
  readonly path: string;
}

/**
 * The captions of every image, matched by the image number in the file name: the archive lists captions class by class,
 * but photos in the order of their numbers.
 */
async function readCaptions(archive: string | undefined, labels: Int32Array): Promise<ImageCaptions[]> {
  const what = basename(archive ?? '');
  const captions = new Array<ImageCaptions | undefined>(labels.length).fill(undefined);
  const accept = (path: string) => captionNumbers(path) !== undefined;
  for await (const { path, bytes } of readTar(gunzipped(found(archive)), {
    accept,
    maxFileBytes: MAX_CAPTION_BYTES,
    what,
  })) {
    const { image, label } = captionNumbers(path)!;
    const expected = labels[image - 1];
    if (expected === undefined) throw new DatasetError(`${path} in ${what} belongs to an image without a label.`);
    if (expected !== label - 1) {
      throw new DatasetError(`${path} in ${what} says class ${label}, but the label of the image is ${expected + 1}.`, {
        hint: 'Labels and captions are not of the same release of the data set.',
      });
    }
    const lines = captionLines(new TextDecoder().decode(bytes));
    if (lines.length === 0) throw new DatasetError(`${path} in ${what} holds no caption.`);
    captions[image - 1] = { lines, path };
  }
  return captions.map((entry, item) => {
    if (entry === undefined) throw new DatasetError(`${what} has no captions for image ${item + 1}.`);
    return entry;
  });
}

async function readMat(path: string | undefined) {
  const file = found(path);
  const { size } = await stat(file);
  if (size > MAX_MAT_BYTES) {
    throw new DatasetError(`${file} has ${size} bytes; a file of labels or splits has at most ${MAX_MAT_BYTES}.`);
  }
  return readMat5(await readFile(file), basename(file));
}

function found(path: string | undefined): string {
  assert(path !== undefined, 'a needed file was not found, and nobody said so');
  return path;
}
