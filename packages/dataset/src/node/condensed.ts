/** A compact form of a packed data set: its images in sheets of 16 × 16, as lossless PNG or as AVIF, and its lists unchanged. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, DatasetError, type RgbImage } from '@t2i/core';
import { readInside, readJsonFile, readProblem, writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { decodeImage, encodeImage } from '@t2i/image-node';
import { z } from 'zod';
import { cutSheet, PER_SHEET, sheetOf, sheetSize } from '../image-sheet.ts';
import { formatItems, parseItems } from '../item-list.ts';
import { type Manifest, manifestSchema, PACKED_FILES } from '../manifest.ts';
import { openDataset, type PackedDataset } from './packed-dataset.ts';
import { captionText, writePackedDataset } from './packed-writer.ts';

const CONDENSED_FILE = 'condensed.json';
const HINT = 'Copy the directory again.';

/** Sixteen images of 1024 pixels per side reach the largest side of an image. */
const decodeSheet = (bytes: Uint8Array) => decodeImage(bytes, undefined, { maxPixels: 2 ** 28 });

const condensedSchema = z.strictObject({
  /** Fingerprint of the condensed set. */
  source: manifestSchema,
  picturesAs: z.string(),
  lossless: z.boolean(),
  sheets: z.array(z.string()),
  /** Hash of all pixels as decoded from the sheets. */
  imagesSha256: z.string(),
});

export interface CondenseOptions {
  /** `lossless`, or the AVIF quality, 1 … 100. */
  readonly quality: 'lossless' | number;
  readonly signal?: AbortSignal | undefined;
}

export interface CondensedFacts {
  /** The format of the images in words. */
  readonly picturesAs: string;
  /** Peak signal-to-noise ratio against the prepared images in dB; infinite if lossless. */
  readonly psnr: number;
}

/** Writes the condensed set into the directory `out`, which must exist. */
export async function condenseDataset(
  directory: string,
  out: string,
  { quality, signal }: CondenseOptions,
): Promise<CondensedFacts> {
  const lossless = quality === 'lossless';
  if (!lossless && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new ConfigError(`The quality of images must be "lossless" or from 1 to 100, got ${quality}.`);
  }
  const dataset = await openDataset(directory);
  const encode = (sheet: RgbImage) => encodeImage(sheet, lossless ? {} : { format: 'avif', quality });
  try {
    const picturesAs = lossless ? 'PNG' : `AVIF, quality ${quality}`;
    const { sheets, imagesSha256, squaredError } = await writeSheets(dataset, out, encode, signal);
    const captions = dataset.items.map((_, item) => dataset.captions(item));
    await writeFileAtomic(join(out, PACKED_FILES.items), formatItems(dataset.items));
    await writeFileAtomic(join(out, PACKED_FILES.captions), captionText(captions));
    const source = dataset.manifest;
    await writeJsonFile(join(out, CONDENSED_FILE), {
      source,
      picturesAs,
      lossless,
      sheets,
      imagesSha256,
    } satisfies z.output<typeof condensedSchema>);
    return { picturesAs, psnr: 10 * Math.log10(255 ** 2 / (squaredError / source.files[PACKED_FILES.images].bytes)) };
  } finally {
    await dataset.close();
  }
}

/** Each sheet is decoded again at once, so that the hash of the final pixels is known before the set is written. */
async function writeSheets(
  dataset: PackedDataset,
  out: string,
  encode: (sheet: RgbImage) => Promise<Uint8Array>,
  signal?: AbortSignal,
) {
  const sheets: string[] = [];
  const hash = createHash('sha256');
  let squaredError = 0;
  await mkdir(join(out, 'sheets'));
  for (let first = 0; first < dataset.size; first += PER_SHEET) {
    signal?.throwIfAborted();
    const count = Math.min(PER_SHEET, dataset.size - first);
    const pixels = await dataset.readImages(Array.from({ length: count }, (_, k) => first + k));
    const bytes = await encode(sheetOf(pixels, dataset.storedSize));
    const stored = cutSheet(await decodeSheet(bytes), dataset.storedSize, count);
    for (let k = 0; k < pixels.length; k++) squaredError += (pixels[k]! - stored[k]!) ** 2;
    hash.update(stored);
    const name = `sheets/${String(sheets.length).padStart(4, '0')}`;
    await writeFileAtomic(join(out, name), bytes);
    sheets.push(name);
  }
  return { sheets, imagesSha256: hash.digest('hex'), squaredError };
}

/**
 * Makes a packed data set in `directory` from the condensed one in `from`. If lossless, it is the original set. Otherwise its manifest
 * names the original set, the image format and its own hashes.
 * @throws DatasetError if the directory is damaged, or its images differ from the stored images
 */
export async function restoreDataset(from: string, directory: string): Promise<Manifest> {
  const { source, picturesAs, lossless, sheets, imagesSha256 } = await readCondensed(from);
  const { name, storedSize, classNames, classDisjoint, sources, fingerprint } = source;
  const items = parseItems((await readPart(from, PACKED_FILES.items)).toString(), from);
  const lines = (await readPart(from, PACKED_FILES.captions)).toString().split('\n');
  let line = 0;
  const captions = items.map(({ captionCount }) => {
    line += captionCount;
    return lines.slice(line - captionCount, line);
  });
  const copyOf = lossless ? undefined : { fingerprint, pictures: picturesAs };
  const content = { name, storedSize, classNames, classDisjoint, sources, items, captions, copyOf };
  const length = storedSize ** 2 * 3;
  if (sheets.length !== Math.ceil(items.length / PER_SHEET) || line !== lines.length - 1) {
    throw new DatasetError(`${from} is incomplete: its items, captions and sheets disagree in number.`, { hint: HINT });
  }
  return writePackedDataset(directory, content, async (write) => {
    const hash = createHash('sha256');
    for (const [index, sheet] of sheets.entries()) {
      const first = index * PER_SHEET;
      const count = Math.min(PER_SHEET, items.length - first);
      const pixels = cutSheet(await readSheet(from, sheet, storedSize, count), storedSize, count);
      hash.update(pixels);
      for (let k = 0; k < count; k++) await write(first + k, pixels.subarray(k * length, (k + 1) * length));
    }
    if (hash.digest('hex') === imagesSha256) return;
    throw new DatasetError(`The images in ${from} differ from the images that were stored.`, {
      hint: HINT,
    });
  });
}

async function readSheet(directory: string, name: string, side: number, count: number): Promise<RgbImage> {
  const sheet = await decodeSheet(await readPart(directory, name));
  const [width, height] = sheetSize(side, count);
  if (sheet.width === width && sheet.height === height) return sheet;
  throw new DatasetError(
    `${name} in ${directory} has ${sheet.width} × ${sheet.height} pixels, a sheet of ${count} images ${width} × ${height}.`,
    { hint: HINT },
  );
}

async function readPart(directory: string, name: string): Promise<Buffer> {
  return readInside(directory, name).catch((cause: unknown) => {
    throw new DatasetError(`Cannot read ${name} in ${directory}: ${readProblem(cause)}`, { hint: HINT, cause });
  });
}

async function readCondensed(directory: string): Promise<z.output<typeof condensedSchema>> {
  const result = condensedSchema.safeParse(await readJsonFile(directory, CONDENSED_FILE));
  if (result.success) return result.data;
  throw new DatasetError(
    `${join(directory, CONDENSED_FILE)} does not match this version:\n${z.prettifyError(result.error)}`,
    {
      cause: result.error,
    },
  );
}
