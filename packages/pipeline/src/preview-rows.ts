/** Which sentences a run draws after every epoch: own ones, then captions of trained-on and of unseen classes. */

import { type CaptionEncoder, Rng, type SplitName, type TextImageDataset } from '@t2i/core';
import type { PreviewRow } from '@t2i/trainer';
import type { RunConfig } from './run-config.ts';

/** The same for every run on the same data, so that the samples of two runs compare. */
export async function previewRows(
  dataset: TextImageDataset,
  encoder: CaptionEncoder,
  preview: RunConfig['preview'],
): Promise<PreviewRow[]> {
  const rng = new Rng(0);
  const rows = [
    ...preview.captions.map((caption) => ({ caption, seen: false })),
    ...drawCaptions(dataset, 'train', preview.seen, rng).map((caption) => ({ caption, seen: true })),
    ...drawCaptions(dataset, 'test', preview.unseen, rng).map((caption) => ({ caption, seen: false })),
  ];
  const { data, shape } = await encoder.encode(rows.map(({ caption }) => caption));
  return rows.map((row, i) => ({ ...row, embedding: data.subarray(i * shape[1], (i + 1) * shape[1]) }));
}

/** One caption each of `count` classes of a split. */
function drawCaptions(dataset: TextImageDataset, split: SplitName, count: number, rng: Rng): string[] {
  const ofClass = new Map<number, number>();
  for (const item of rng.shuffle([...dataset.splits[split]])) ofClass.set(dataset.labels[item]!, item);
  return [...ofClass.values()].slice(0, count).map((item) => rng.pick(dataset.captions(item)));
}
