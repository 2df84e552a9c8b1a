/** Opens a packed data set: captions and labels in memory (6 MB for Oxford-102), images by ranged reads. */

import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SplitName, TextImageDataset } from '@t2i/core';
import { assert, DatasetError, errorMessage, T2iError } from '@t2i/core';
import { hashOpenFile, sha256 } from '@t2i/core/node';
import { checkDatasetParts } from '../check-parts.ts';
import { type ItemRecord, parseItems, splitsOf } from '../item-list.ts';
import {
  countItems,
  fingerprintText,
  MANIFEST_FILE,
  type Manifest,
  type ManifestFile,
  PACKED_FILES,
  parseManifest,
} from '../manifest.ts';
import { openPacked, readPacked } from './packed-place.ts';

const HINT = 'Prepare the data set again with `t2i dataset prepare`.';
const NEWLINE = 0x0a;

/** An open packed data set. Its images stay on disk. */
export class PackedDataset implements TextImageDataset {
  readonly directory: string;
  readonly manifest: Manifest;
  /** The sources of each item. */
  readonly items: readonly ItemRecord[];
  readonly name: string;
  readonly fingerprint: string;
  readonly size: number;
  readonly storedSize: number;
  readonly classNames: readonly string[];
  readonly labels: Int32Array;
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
  /** UTF-8, one caption per line. */
  readonly #captions: Uint8Array;
  /** Position of the captions of each item in `#captions`; one entry more than there are items. */
  readonly #starts: Uint32Array;
  readonly #images: FileHandle;
  readonly #closing = new AbortController();
  readonly #intact: Promise<void>;

  private constructor(directory: string, manifest: Manifest, text: Texts, images: FileHandle) {
    this.directory = directory;
    this.manifest = manifest;
    this.items = text.items;
    this.name = manifest.name;
    this.fingerprint = manifest.fingerprint;
    this.size = text.items.length;
    this.storedSize = manifest.storedSize;
    this.classNames = manifest.classNames;
    this.labels = Int32Array.from(text.items, ({ label }) => label);
    this.splits = splitsOf(text.items);
    this.#captions = text.captions;
    this.#starts = text.starts;
    this.#images = images;
    this.#intact = this.#checkImages();
    this.#intact.catch(() => {}); // reads report it
  }

  /** See `openDataset`. */
  static async open(directory: string): Promise<PackedDataset> {
    const path = resolve(directory);
    const manifest = await readManifest(path);
    const opened = await openParts(path, manifest).catch((error: unknown) => ({ error }));
    if ((await readManifest(path)).fingerprint !== manifest.fingerprint) {
      // replaced while it was opened: the parts may belong to two sets
      if ('images' in opened) await opened.images.close();
      return PackedDataset.open(directory);
    }
    if ('error' in opened) throw opened.error;
    const dataset = new PackedDataset(path, manifest, opened.texts, opened.images);
    try {
      checkDatasetParts(dataset);
    } catch (error) {
      await dataset.close();
      throw error;
    }
    return dataset;
  }

  captions(item: number): readonly string[] {
    this.#assertItem(item);
    // without the last newline
    const lines = this.#captions.subarray(this.#starts[item]!, this.#starts[item + 1]! - 1);
    return new TextDecoder().decode(lines).split('\n');
  }

  /** Waits the first time until the hash of all images is known. @throws DatasetError if they differ from the stored images */
  async readImages(items: readonly number[]): Promise<Uint8Array> {
    await this.#intact;
    const length = this.storedSize * this.storedSize * 3;
    const pixels = new Uint8Array(items.length * length);
    const reads: Promise<void>[] = [];
    for (const item of items) this.#assertItem(item);
    for (let row = 0, next: number; row < items.length; row = next) {
      const first = items[row]!;
      next = row + 1;
      // adjacent images are read together
      while (next < items.length && items[next] === first + next - row) next += 1;
      reads.push(this.#readAt(pixels.subarray(row * length, next * length), first * length));
    }
    await Promise.all(reads);
    return pixels;
  }

  /** Resolves when the hash of the images is verified. The pass over them begins on opening. @throws DatasetError if it differs */
  intact(): Promise<void> {
    return this.#intact;
  }

  /** Closes the image file. Nothing can be read afterwards. */
  async close(): Promise<void> {
    this.#closing.abort(new DatasetError(`${this.directory} was closed.`));
    await this.#images.close();
  }

  async #checkImages(): Promise<void> {
    const hash = await hashOpenFile(this.#images, { signal: this.#closing.signal });
    if (hash !== this.manifest.files[PACKED_FILES.images].sha256) throw damaged(this.directory, PACKED_FILES.images);
  }

  async #readAt(target: Uint8Array, position: number): Promise<void> {
    for (let offset = 0; offset < target.length; ) {
      const { bytesRead } = await this.#images.read(target, offset, target.length - offset, position + offset);
      if (bytesRead === 0)
        throw new DatasetError(`${PACKED_FILES.images} in ${this.directory} ends early.`, { hint: HINT });
      offset += bytesRead;
    }
  }

  #assertItem(item: number): void {
    assert(Number.isInteger(item) && item >= 0 && item < this.size, `item ${item} of ${this.size}`);
  }
}

/**
 * Opens a directory made by `prepareOxford102` or `prepareDirectory`. Hashes its lists and captions at once, and its
 * images in the background; the first read of images waits for that.
 * @throws DatasetError if it is not a packed data set, or is damaged, truncated or unfinished
 */
export async function openDataset(directory: string): Promise<PackedDataset> {
  return PackedDataset.open(directory);
}

/**
 * The manifest of a packed data set, checked for consistency.
 * @throws DatasetError if it is missing or damaged
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const bytes = await readPacked(directory, MANIFEST_FILE).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = missing ? 'it has no manifest.json' : errorMessage(cause);
    throw new DatasetError(`${directory} is not a prepared data set: ${problem}.`, { hint: HINT, cause });
  });
  const manifest = parseManifest(bytes.toString(), directory);
  if (manifest.fingerprint !== sha256(fingerprintText(manifest))) {
    throw new DatasetError(`The manifest of ${directory} was changed: its fingerprint does not fit.`, { hint: HINT });
  }
  return manifest;
}

interface Parts {
  readonly texts: Texts;
  readonly images: FileHandle;
}

async function openParts(directory: string, manifest: Manifest): Promise<Parts> {
  const images = await openWhole(directory, PACKED_FILES.images, manifest);
  try {
    return { texts: await readTexts(directory, manifest), images };
  } catch (error) {
    await images.close();
    throw error;
  }
}

interface Texts {
  readonly items: readonly ItemRecord[];
  readonly captions: Uint8Array;
  readonly starts: Uint32Array;
}

async function readTexts(directory: string, manifest: Manifest): Promise<Texts> {
  const read = async (name: ManifestFile) => {
    const file = await openWhole(directory, name, manifest);
    const bytes = await file.readFile().finally(() => file.close());
    if (sha256(bytes) !== manifest.files[name].sha256) throw damaged(directory, name);
    return bytes;
  };
  const items = parseItems((await read(PACKED_FILES.items)).toString('utf8'), directory);
  const captions = await read(PACKED_FILES.captions);
  const counts = countItems(items);
  for (const [name, count] of Object.entries(manifest.counts)) {
    const listed = counts[name as keyof typeof counts];
    if (listed !== count) {
      throw new DatasetError(`${directory} lists ${listed} items under "${name}", its manifest says ${count}.`, {
        hint: HINT,
      });
    }
  }
  return { items, captions, starts: captionStarts(items, captions, directory) };
}

/** Finds the beginning of each item's lines. */
function captionStarts(items: readonly ItemRecord[], captions: Uint8Array, directory: string): Uint32Array {
  const starts = new Uint32Array(items.length + 1);
  let end = 0;
  items.forEach(({ captionCount, image }, item) => {
    if (captionCount === 0) throw new DatasetError(`${image} in ${directory} has no caption.`, { hint: HINT });
    for (let k = 0; k < captionCount; k++) {
      end = captions.indexOf(NEWLINE, end) + 1;
      if (end === 0)
        throw new DatasetError(`The captions in ${directory} end before those of ${image}.`, { hint: HINT });
    }
    starts[item + 1] = end;
  });
  if (end !== captions.length) {
    throw new DatasetError(`${directory} has more captions than its items count.`, { hint: HINT });
  }
  return starts;
}

/** Opens a file and checks its size before anything is read. */
async function openWhole(
  directory: string,
  name: ManifestFile,
  { files, storedSize, counts }: Manifest,
): Promise<FileHandle> {
  const file = await openPacked(directory, name).catch((cause: unknown) => {
    if (T2iError.isInstance(cause)) throw new DatasetError(cause.message, { hint: cause.hint, cause });
    throw new DatasetError(`${directory} is incomplete: ${name} is missing.`, { hint: HINT, cause });
  });
  const { size } = await file.stat();
  const expected = name === PACKED_FILES.images ? counts.images * storedSize ** 2 * 3 : files[name].bytes;
  if (size === expected && size === files[name].bytes) return file;
  await file.close();
  throw new DatasetError(`${directory} is incomplete: ${name} has ${size} bytes, not ${expected}.`, { hint: HINT });
}

function damaged(directory: string, name: ManifestFile): DatasetError {
  return new DatasetError(`${name} in ${directory} is damaged: its hash is not the one in the manifest.`, {
    hint: HINT,
  });
}
