/** The manifest of a packed data set: the required content of its directory, with the hash of each file. */

import type { SplitName } from '@t2i/core';
import { DatasetError } from '@t2i/core';
import { z } from 'zod';

/** Incremented when the layout of a packed directory changes. */
export const FORMAT_VERSION = 1;

/** The files of a packed directory besides the manifest. */
export const PACKED_FILES = {
  /** RGB bytes, [items, storedSize, storedSize, 3], nothing else. */
  images: 'images.u8',
  /** One caption per line, UTF-8, in the order of the items. */
  captions: 'captions.txt',
  /** One item per line: class, split, number of captions, source paths of image and captions. */
  items: 'items.tsv',
} as const;

export const MANIFEST_FILE = 'manifest.json';

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.strictObject({ bytes: count, sha256 });

export const manifestSchema = z.strictObject({
  format: z.literal('t2i-dataset'),
  formatVersion: z.literal(FORMAT_VERSION),
  name: z.string().min(1),
  storedSize: z.int().min(1).describe('side of the stored square images, pixels'),
  classNames: z.array(z.string()).min(1),
  classDisjoint: z.boolean().describe('whether no class is in two splits'),
  counts: z.strictObject({ images: count, captions: count, train: count, val: count, test: count }),
  files: z.strictObject({
    [PACKED_FILES.images]: fileSchema,
    [PACKED_FILES.captions]: fileSchema,
    [PACKED_FILES.items]: fileSchema,
  }),
  sources: z
    .array(z.strictObject({ name: z.string(), bytes: count, sha256 }))
    .describe('the files it was made from; empty for a directory of images'),
  copyOf: z
    .strictObject({ fingerprint: sha256, pictures: z.string() })
    .optional()
    .describe('of a set whose images were stored with losses: the set they are of, and how they were stored'),
  fingerprint: sha256.describe('changes with any image, caption, class or split'),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestFile = keyof Manifest['files'];

/** A source file of a data set. */
export type SourceFile = Manifest['sources'][number];

/**
 * @param text content of a `manifest.json`
 * @throws DatasetError that names the first invalid field
 */
export function parseManifest(text: string, where: string): Manifest {
  const hint = 'Prepare the data set again with `t2i dataset prepare`.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DatasetError(`The manifest of ${where} is not JSON.`, { hint, cause });
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === 'number' && version !== FORMAT_VERSION) {
    throw new DatasetError(`${where} has the format version ${version}; this program reads ${FORMAT_VERSION}.`, {
      hint,
    });
  }
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    throw new DatasetError(`The manifest of ${where} is damaged:\n${z.prettifyError(result.error)}`, {
      hint,
      cause: result.error,
    });
  }
  return result.data;
}

/** The input of the fingerprint, a SHA-256: everything that a batch can depend on. */
export function fingerprintText({ storedSize, classNames, files }: Omit<Manifest, 'fingerprint'>): string {
  return JSON.stringify([
    FORMAT_VERSION,
    storedSize,
    classNames,
    Object.values(PACKED_FILES).map((f) => files[f].sha256),
  ]);
}

/** The counts in a manifest, computed from its items. */
export function countItems(
  items: readonly { split: SplitName | undefined; captionCount: number }[],
): Manifest['counts'] {
  const inSplit = (name: SplitName) => items.filter(({ split }) => split === name).length;
  return {
    images: items.length,
    captions: items.reduce((sum, { captionCount }) => sum + captionCount, 0),
    train: inSplit('train'),
    val: inSplit('val'),
    test: inSplit('test'),
  };
}
