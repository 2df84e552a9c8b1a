/** A directory of image features: one file of float32 rows per view, and a manifest that identifies encoder and data set. */

import { join } from 'node:path';
import { DatasetError, errorMessage } from '@t2i/core';
import { readInside, readProblem } from '@t2i/core/node';
import { z } from 'zod';

const MANIFEST_FILE = 'features.json';

const manifestSchema = z.strictObject({
  format: z.literal('t2i-image-features'),
  formatVersion: z.literal(1),
  encoder: z.string().min(1),
  dim: z.int().positive(),
  dataset: z.strictObject({ name: z.string(), fingerprint: z.string(), size: z.int().positive() }),
  /** Items with crops, ascending; the view `whole` has all items. */
  training: z.array(z.int().nonnegative()),
  /** Finished views. */
  views: z.record(z.string().regex(/^[a-z-]+$/), z.strictObject({ rows: z.int().positive(), sha256: z.string() })),
});

export type FeatureManifest = z.output<typeof manifestSchema>;

export const manifestPath = (directory: string) => join(directory, MANIFEST_FILE);
export const viewFile = (view: string) => `${view}.f32`;
export const viewPath = (directory: string, view: string) => join(directory, viewFile(view));
/** An unfinished view: complete rows, and perhaps a part of one. */
export const partialPath = (directory: string, view: string) => join(directory, `${view}.f32.partial`);

/** @returns undefined if the directory has no manifest
 * @throws DatasetError if the manifest is damaged or of another version */
export async function readFeatureManifest(directory: string): Promise<FeatureManifest | undefined> {
  let text: string;
  try {
    text = (await readInside(directory, MANIFEST_FILE)).toString();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DatasetError(`Cannot read ${manifestPath(directory)}: ${readProblem(cause)}`, { cause });
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new DatasetError(`${manifestPath(directory)} is damaged: ${problem}.`, {
      hint: 'Extract the features again.',
      cause,
    });
  }
}
