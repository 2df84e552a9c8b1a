/** The original photos of a packed data set before resizing, from its source archive or directory. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '@t2i/core';
import { readInside, readProblem } from '@t2i/core/node';
import { readTar } from '@t2i/formats';
import { gunzipped } from '@t2i/formats/node';
import { photoNumber } from '../oxford-102.ts';
import { MAX_PHOTO_BYTES, OXFORD_102_DOWNLOADS } from './oxford-102-sources.ts';
import type { PackedDataset } from './packed-dataset.ts';
import { linksOf } from './read-source.ts';

export interface SourcePhoto {
  readonly item: number;
  /** The file: JPEG, PNG, … */
  readonly bytes: Uint8Array;
}

/**
 * Yields the photo of every item, in order.
 * @param from the directory with `102flowers.tgz`, or the source directory of images
 * @param options `followLinks` as for `prepareDirectory`
 * @throws DatasetError if a photo is missing or leads out of the directory
 */
export async function* sourcePhotos(
  dataset: PackedDataset,
  from: string,
  { followLinks }: { readonly followLinks?: boolean | undefined } = {},
): AsyncGenerator<SourcePhoto> {
  const archive = join(from, OXFORD_102_DOWNLOADS.photos.file);
  if (dataset.name === 'oxford-102' && (await isFile(archive))) {
    yield* archivedPhotos(archive, dataset.size);
    return;
  }
  for (const [item, { image }] of dataset.items.entries()) {
    const bytes = await readInside(from, image, linksOf(followLinks)).catch((cause: unknown) => {
      throw new DatasetError(`The photo ${image} of item ${item} is not in ${from}: ${readProblem(cause)}`, {
        hint: `Name the directory that ${dataset.name} was prepared from.`,
        cause,
      });
    });
    yield { item, bytes };
  }
}

/** Sorts photos by their numbers, whatever the order in the archive. Early ones wait in memory. */
async function* archivedPhotos(archive: string, size: number): AsyncGenerator<SourcePhoto> {
  const options = {
    accept: (path: string) => photoNumber(path) !== undefined,
    maxFileBytes: MAX_PHOTO_BYTES,
    what: archive,
  };
  const waiting = new Map<number, Uint8Array>();
  let item = 0;
  for await (const { path, bytes } of readTar(gunzipped(archive), options)) {
    waiting.set(photoNumber(path)! - 1, bytes);
    for (let next = waiting.get(item); next !== undefined; next = waiting.get(item)) {
      yield { item, bytes: next };
      waiting.delete(item);
      item += 1;
    }
  }
  if (item !== size) throw new DatasetError(`${archive} has no photo ${item + 1}; the set has ${size}.`);
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
