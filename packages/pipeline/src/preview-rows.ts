/** Which captions a run draws after every epoch: own ones, then captions of training photos and of test photos. */

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
    ...drawCaptions(dataset, 'train', preview.seen, rng, isTrained),
    ...drawCaptions(dataset, 'test', preview.unseen, rng, (caption) => !isTrained(caption)),
  ];
  const { data, shape } = await encoder.encode(captions);
  return captions.map((caption, i) => ({
    caption,
    seen: isTrained(caption),
    embedding: data.subarray(i * shape[1], (i + 1) * shape[1]),
  }));
}

/** One caption each of `count` classes of a split; another one of the same class where the one drawn is not wanted, if there is one. */
function drawCaptions(
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
    const drawn = rng.pick(dataset.captions(item));
    if (isWanted(drawn)) return drawn;
    const fellows = [...splits[split]].filter((other) => labels[other] === label);
    return [item, ...fellows].flatMap((other) => dataset.captions(other)).find(isWanted) ?? drawn;
  });
}
