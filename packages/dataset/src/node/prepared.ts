/** The result of a preparation, and whether an existing set can be reused. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError, errorMessage, type Logger } from '@t2i/core';
import { MANIFEST_FILE, type Manifest } from '../manifest.ts';
import { openDataset } from './packed-dataset.ts';

export interface PreparedDataset {
  /** Directory for `openDataset`. */
  readonly directory: string;
  readonly manifest: Manifest;
  /** True if it existed already and nothing was done. */
  readonly reused: boolean;
}

/** The prepared set in `directory` if it is complete and as requested; `undefined` if it must be prepared. */
export async function reusePrepared(
  directory: string,
  wanted: Partial<Manifest>,
  logger: Logger,
): Promise<PreparedDataset | undefined> {
  if (!existsSync(join(directory, MANIFEST_FILE))) return undefined;
  try {
    const dataset = await openDataset(directory);
    await dataset.close();
    const { manifest } = dataset;
    const fits = Object.entries(wanted).every(
      ([key, value]) => JSON.stringify(manifest[key as keyof Manifest]) === JSON.stringify(value),
    );
    if (!fits) logger.info(`${directory} was made from other files or with other settings and is made again.`);
    return fits ? { directory, manifest, reused: true } : undefined;
  } catch (error) {
    if (!DatasetError.isInstance(error)) throw error;
    logger.warn(`${errorMessage(error)} It is made again.`);
    return undefined;
  }
}
