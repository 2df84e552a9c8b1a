/** The data set that a run was trained on, as its record names it. */

import type { TextImageDataset } from '@t2i/core';
import { z } from 'zod';
import type { Source } from './define-run.ts';

export const datasetSchema = z.strictObject({ name: z.string(), fingerprint: z.string() });

type RecordedDataset = z.output<typeof datasetSchema>;

export const datasetSource: Source<RecordedDataset> = {
  idOf: ({ fingerprint }) => fingerprint,
  changed: ({ now }) => `The data set "${now.name}" is not the one that the run was trained on.`,
  hint: 'Put the same data back, or start a new run.',
};

export function recordedDataset({ name, fingerprint }: TextImageDataset): RecordedDataset {
  return { name, fingerprint };
}
