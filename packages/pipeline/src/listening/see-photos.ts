/** Validates the measure of images: whether it sees the same colour in photos as people do. */

import type { TextImageDataset } from '@t2i/core';
import { coloursSeen } from './colours-seen.ts';
import { COLOURS, type Colour } from './templates.ts';

/** Minimum number of captions of a photo, of ten, that name the one colour. */
const CAPTIONS_NEEDED = 6;

/** The number of photos whose captions name only one colour, and how many of them are measured to have petals of it. */
export interface PhotosSeen {
  readonly colour: Colour;
  readonly photos: number;
  readonly right: number;
}

/** Measures the photos of a data set for which one colour word stands alone in at least six captions. */
export async function seePhotos(dataset: TextImageDataset): Promise<PhotosSeen[]> {
  const side = dataset.storedSize;
  const seen = new Map(COLOURS.map((colour) => [colour, { photos: 0, right: 0 }]));
  for (let item = 0; item < dataset.size; item++) {
    const colour = onlyColour(dataset.captions(item));
    if (colour === undefined) continue;
    const { petals } = coloursSeen({ data: await dataset.readImages([item]), width: side, height: side });
    const counts = seen.get(colour)!;
    counts.photos += 1;
    if (petals === colour) counts.right += 1;
  }
  return [...seen].flatMap(([colour, counts]) => (counts.photos > 0 ? [{ colour, ...counts }] : []));
}

function onlyColour(captions: readonly string[]): Colour | undefined {
  const named = captions.map((caption) => COLOURS.filter((colour) => caption.split(/\P{L}+/u).includes(colour)));
  const all = new Set(named.flat());
  const enough = named.filter((colours) => colours.length > 0).length >= CAPTIONS_NEEDED;
  return all.size === 1 && enough ? [...all][0] : undefined;
}
