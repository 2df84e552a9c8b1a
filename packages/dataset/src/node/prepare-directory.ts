/** Prepares a packed data set from any directory of captioned images. */

import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ConfigError, type Logger, silentLogger } from '@t2i/core';
import { type ClassSplitOptions, splitClasses } from '../class-split.ts';
import type { ItemRecord } from '../item-list.ts';
import { decodeStored } from './decode-stored.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { writePackedDataset } from './packed-writer.ts';
import type { PreparedDataset } from './prepared.ts';
import type { OnProgress } from './progress.ts';
import { linksOf, readSource } from './read-source.ts';
import { scanDirectory } from './scan-directory.ts';

export interface PrepareDirectoryOptions {
  /**
   * Directory of images, each with a caption file: `name.jpg` and `name.txt`, one caption per line. Sub-directories are classes. In a
   * directory without sub-directories every image is its own class.
   */
  readonly from: string;
  /** Whether to follow links out of the directory. Use it only for a directory whose links you made. Default false. */
  readonly followLinks?: boolean | undefined;
  /** Directory of prepared sets. This one is written to its sub-directory `name`. */
  readonly cacheDirectory: string;
  /** Letters, digits, `.`, `_` and `-`. Default: the name of the directory. */
  readonly name?: string | undefined;
  /** Side of the stored images in pixels. Images are stretched to a square. Default 76, for crops of 64. */
  readonly storedSize?: number | undefined;
  /** The shares of classes for validation and test. */
  readonly split?: ClassSplitOptions | undefined;
  /** Largest width × height of an image; default 2²⁶, 67 megapixels. Larger ones are refused before they are decoded. */
  readonly maxPixels?: number | undefined;
  /** Images decoded at the same time, if memory allows. Default one more than there are cores. */
  readonly workers?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepares a directory of images, always from scratch. If it is interrupted, an existing set stays.
 * @throws DatasetError that names an image that is damaged or has no captions or class; also for too few classes
 */
export async function prepareDirectory(options: PrepareDirectoryOptions): Promise<PreparedDataset> {
  const { from, cacheDirectory, storedSize = 76, workers = availableParallelism() + 1 } = options;
  const { maxPixels, logger = silentLogger, onProgress, signal } = options;
  const links = linksOf(options.followLinks);
  const name = options.name ?? basename(resolve(from));
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new ConfigError(`Invalid name for a data set: ${JSON.stringify(name)}.`, {
      hint: 'Name it with letters, digits, ".", "_" and "-".',
    });
  }
  const { images, unused } = await scanDirectory(from, links);
  if (unused.length > 0) logger.warn(`${unused.length} text files belong to no image, for instance ${unused[0]}.`);
  const classNames = [...new Set(images.map(({ className }) => className))];
  const labels = new Map(classNames.map((className, label) => [className, label]));
  const splits = splitClasses(classNames.length, options.split);
  const items = images.map(({ className, captions, image, captionFile }): ItemRecord => {
    const label = labels.get(className)!;
    return { label, split: splits[label], captionCount: captions.length, image, captionFile };
  });

  const directory = join(cacheDirectory, name);
  const captions = images.map((image) => image.captions);
  const content = { name, storedSize, classNames, classDisjoint: true, sources: [], items, captions };
  let done = 0;
  const manifest = await writePackedDataset(directory, content, (write) =>
    forEachBounded(images.entries(), workers, async ([item, { image }]) => {
      signal?.throwIfAborted();
      const bytes = await readSource(from, image, links);
      await write(item, await decodeStored(bytes, storedSize, image, { maxPixels }));
      done += 1;
      onProgress?.({ stage: 'images', name, done, total: images.length });
    }),
  );
  return { directory, manifest, reused: false };
}
