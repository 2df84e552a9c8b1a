/** The sets that `t2i dataset prepare` prepares, and which flags each takes. */

import { ConfigError } from '@t2i/core';
import {
  type PreparedDataset,
  type PrepareOxford102Options,
  prepareDirectory,
  prepareOxford102,
} from '@t2i/dataset/node';

export const SETS = ['oxford-102', 'directory'] as const;

export interface PreparedSet {
  readonly set: (typeof SETS)[number];
  readonly from?: string;
  readonly captions?: string;
  readonly out: string;
  readonly split?: 'class-disjoint' | 'official';
  readonly storedSize: number;
  readonly maxPixels?: number;
  readonly followLinks?: boolean;
}

/** @throws ConfigError when a flag does not belong to the set */
export function prepareSet(
  { set, from, captions, out: cacheDirectory, split, storedSize, maxPixels, followLinks }: PreparedSet,
  watch: Pick<PrepareOxford102Options, 'logger' | 'onProgress' | 'signal'>,
): Promise<PreparedDataset> {
  if (set === 'oxford-102') {
    if (maxPixels !== undefined) {
      throw new ConfigError('--max-pixels applies only to directories.', { hint: 'Leave it out.' });
    }
    return prepareOxford102({ from, captions, cacheDirectory, split, storedSize, ...watch });
  }
  if (captions !== undefined || split === 'official') {
    const flag = captions === undefined ? '--split official' : '--captions';
    throw new ConfigError(`${flag} applies only to oxford-102.`, {
      hint: 'Leave it out. A directory has captions beside its images and is split by class.',
    });
  }
  if (from === undefined) throw new ConfigError('No directory of images given.', { hint: 'Add --from DIRECTORY.' });
  return prepareDirectory({ from, cacheDirectory, storedSize, maxPixels, followLinks, ...watch });
}
