/** The captions of a run's sample sheets: configured ones, then captions of training photos and of test photos. */

import { type CaptionEncoder, Rng, type SplitName, type TextImageDataset } from '@t2i/core';
import type { PreviewRow } from '@t2i/trainer';
import type { RunConfig } from './run-config.ts';
import { trainedCaptions } from './trained-captions.ts';

type Captioned = Pick<TextImageDataset, 'splits' | 'labels' | 'captions'>;

/** The same for every run on the same data, so that the samples of two runs compare. */
export async function previewRows(
  dataset: Captioned,
  encoder: CaptionEncoder,
  { preview, batches }: Pick<RunConfig, 'preview' | 'batches'>,
): Promise<PreviewRow[]> {
  const rng = new Rng(0);
  const isTrained = trainedCaptions(dataset, batches.captionsPerImage);
  const captions = [
    ...preview.captions,
    ...pickCaptions(dataset, 'train', preview.seen, rng, isTrained),
    ...pickCaptions(dataset, 'test', preview.unseen, rng, (caption) => !isTrained(caption)),
  ];
  const { data, shape } = await encoder.encode(captions);
  return captions.map((caption, i) => ({
    caption,
    seen: isTrained(caption),
    embedding: data.subarray(i * shape[1], (i + 1) * shape[1]),
  }));
}

/** One random caption of each of `count` classes; where it is not wanted, another of the same class if there is one. */
function pickCaptions(
  dataset: Captioned,
  split: SplitName,
  count: number,
  rng: Rng,
  isWanted: (caption: string) => boolean,
): string[] {
  const { splits, labels } = dataset;
  const ofClass = new Map<number, number>();
  for (const item of rng.shuffle([...splits[split]])) ofClass.set(labels[item]!, item);
  return [...ofClass].slice(0, count).map(([label, item]) => {
    const picked = rng.pick(dataset.captions(item));
    if (isWanted(picked)) return picked;
    const fellows = [...splits[split]].filter((other) => labels[other] === label);
    return [item, ...fellows].flatMap((other) => dataset.captions(other)).find(isWanted) ?? picked;
  });
}
