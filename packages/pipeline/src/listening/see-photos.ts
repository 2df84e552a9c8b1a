/** The measure of images measured: whether it sees in photos the colour that people saw. */

import type { TextImageDataset } from '@t2i/core';
import { coloursSeen } from './colours-seen.ts';
import { COLOURS, type Colour } from './templates.ts';

/** Captions of a photo, of ten, that must name the one colour. */
const CAPTIONS_NEEDED = 6;

/** Photos whose captions name one colour alone, and how many of them are seen to have petals of it. */
export interface PhotosSeen {
  readonly colour: Colour;
  readonly photos: number;
  readonly right: number;
}

/** Looks at the photos of a data set in whose captions one colour word alone stands, six times or more. */
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
