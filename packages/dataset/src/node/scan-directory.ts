/** Finds images and their caption files in a directory: `name.jpg` + `name.txt`. Sub-directories are classes. */

import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DatasetError, errorMessage } from '@t2i/core';
import { type LinkOptions, statInside } from '@t2i/core/node';
import { captionLines } from '../caption-lines.ts';
import { forEachBounded } from './for-each-bounded.ts';
import { readSource, refuseSource } from './read-source.ts';

export interface DirectoryImage {
  /** Relative to the directory, with forward slashes. */
  readonly image: string;
  readonly captionFile: string;
  readonly captions: readonly string[];
  /** The sub-directory, or the name of the image in a flat directory. */
  readonly className: string;
}

export interface DirectoryContent {
  /** In the order of their paths. */
  readonly images: readonly DirectoryImage[];
  /** Text files without an image. */
  readonly unused: readonly string[];
}

const IMAGE_ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const CAPTIONS_ENDING = '.txt';
/** The number of open files is limited, the number of text files is not. */
const FILES_AT_ONCE = 32;
/** Most names that an error lists. */
const LISTED = 5;

/**
 * Lists a directory of captioned images. Skips hidden files and links to directories. Follows links to files in the directory.
 * @param options whether to follow links to files elsewhere, too
 * @throws DatasetError that names images without captions or with empty or ambiguous ones, links that lead elsewhere, and entries that are
 * not files; also for a directory without images
 */
export async function scanDirectory(directory: string, options: LinkOptions = {}): Promise<DirectoryContent> {
  const paths = await listFiles(directory, '', options);
  const images = paths.filter((path) => IMAGE_ENDINGS.has(extname(path).toLowerCase()));
  const texts = new Set(paths.filter((path) => extname(path) === CAPTIONS_ENDING));
  if (images.length === 0) {
    throw new DatasetError(`${directory} holds no images.`, {
      hint: `Endings looked for: ${[...IMAGE_ENDINGS].join(' ')}.`,
    });
  }
  const captionFiles = new Map(images.map((image) => [image, `${withoutEnding(image)}.txt`]));
  refuse(
    'has no caption file beside it',
    images.filter((image) => !texts.has(captionFiles.get(image)!)),
    {
      hint: 'Put a text file of the same name beside each image, one caption a line.',
    },
  );
  refuse(
    'shares its caption file with another image',
    repeated(images, (image) => captionFiles.get(image)!),
    {
      hint: 'Give every image a name of its own.',
    },
  );
  const flat = images.every((image) => !image.includes('/'));
  refuse('lies beside the class directories', flat ? [] : images.filter((image) => !image.includes('/')), {
    hint: 'Put every image into the directory of its class, or all into one directory without sub-directories.',
  });
  const found: DirectoryImage[] = [];
  await forEachBounded(images.entries(), FILES_AT_ONCE, async ([i, image]) => {
    found[i] = await readImage(directory, image, captionFiles.get(image)!, { flat, ...options });
  });
  refuse(
    'has an empty caption file',
    found.filter(({ captions }) => captions.length === 0).map(({ image }) => image),
    {
      hint: 'Write at least one caption into it, or remove the image.',
    },
  );
  const used = new Set(captionFiles.values());
  return { images: found, unused: [...texts].filter((path) => !used.has(path)) };
}

async function readImage(
  directory: string,
  image: string,
  captionFile: string,
  { flat, ...options }: LinkOptions & { readonly flat: boolean },
): Promise<DirectoryImage> {
  const bytes = await readSource(directory, captionFile, options);
  if (!isUtf8(bytes)) throw new DatasetError(`${captionFile} is not UTF-8 text.`, { hint: 'Save it as UTF-8.' });
  const className = flat ? withoutEnding(image) : image.slice(0, image.lastIndexOf('/'));
  return { image, captionFile, captions: captionLines(bytes.toString('utf8')), className };
}

/** Paths of all files, sorted by character codes: the same on every machine, whatever its locale. */
async function listFiles(directory: string, prefix: string, options: LinkOptions): Promise<string[]> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true }).catch((cause: unknown) => {
    throw new DatasetError(`Cannot read the directory ${join(directory, prefix)}: ${errorMessage(cause)}.`, { cause });
  });
  const paths: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory()) paths.push(...(await listFiles(directory, `${path}/`, options)));
    else if (isWanted(path) && (await isFileToRead(directory, path, entry, options))) paths.push(path);
  }
  return paths.sort((a, b) => (a < b ? -1 : 1));
}

const isWanted = (path: string) => IMAGE_ENDINGS.has(extname(path).toLowerCase()) || extname(path) === CAPTIONS_ENDING;

/** False for a link to a directory. Refuses anything else that is not a file or leads elsewhere before hours are spent on the others. */
async function isFileToRead(directory: string, path: string, entry: Dirent, options: LinkOptions): Promise<boolean> {
  if (entry.isFile()) return true;
  const found = await stat(join(directory, path)).catch(() => undefined);
  if (found?.isDirectory()) return false;
  await statInside(directory, path, options).catch(refuseSource(path));
  return true;
}

function refuse(problem: string, images: readonly string[], { hint }: { hint: string }): void {
  if (images.length === 0) return;
  const more = images.length > LISTED ? ` (and ${images.length - LISTED} more images)` : '';
  throw new DatasetError(`${images.slice(0, LISTED).join(', ')} ${problem}${more}.`, { hint });
}

function repeated(items: readonly string[], keyOf: (item: string) => string): string[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return items.filter((item) => counts.get(keyOf(item))! > 1);
}

const withoutEnding = (path: string) => path.slice(0, path.length - extname(path).length);
