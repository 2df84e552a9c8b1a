/** A small packed set whose images and captions identify the set. */

import type { Manifest } from '../../manifest.ts';
import { writePackedDataset } from '../packed-writer.ts';

const SIDE = 2;

/** Images, captions, items and class names differ between sets of different greys. */
export function greySet(directory: string, grey: number): Promise<Manifest> {
  const items = [0, 1].map((label) => {
    const name = `${grey}-${label}`;
    return { label, split: 'train' as const, captionCount: 1, image: `${name}.png`, captionFile: `${name}.txt` };
  });
  const content = {
    ...{ name: 'grey', storedSize: SIDE, classNames: [`a${grey}`, `b${grey}`], classDisjoint: true, sources: [] },
    items,
    captions: items.map(({ image }) => [`of ${image}`]),
  };
  return writePackedDataset(directory, content, async (write) => {
    for (const item of [0, 1]) await write(item, new Uint8Array(SIDE * SIDE * 3).fill(grey));
  });
}
