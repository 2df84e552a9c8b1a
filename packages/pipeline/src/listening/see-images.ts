/** The generator's half of the listening test: whether the generated flower has the named colours. */

import { toRgbImages } from '@t2i/core';
import type { TextToImage } from '@t2i/published-model';
import { type ColoursSeen, coloursSeen } from './colours-seen.ts';
import { captionsOf, type Said, type Template } from './templates.ts';

/** The templates: captions as people type them, and as the data set has them. */
const GENERATED: readonly string[] = [
  '{petals} flower',
  '{petals} rose',
  '{petals} petals',
  '{petals} petals, many of them, with a long stamen',
  'a {petals} flower',
  'this is a {petals} flower',
  'this flower has petals that are {petals}',
  '{petals} petals with a {centre} center',
  'this flower has {petals} petals and a {centre} center',
  '{petals} petals with {edges} edges',
  'this flower has {petals} petals with {edges} edges',
  'no {petals} petals',
  'this flower is not {petals}',
];
const SEED = 7;

/** The results of a template; shares of its images. */
export interface ImagesSeen {
  readonly text: string;
  /** The petals have their named colour. */
  readonly named: number;
  /** The petals have the colour that was named for another part. */
  readonly other?: number;
  /** The share of the centre's colour in the middle, divided by its share in the ring around it. */
  readonly centre?: number;
}

/**
 * Generates every caption of the templates, `perCaption` images each.
 * @param onTemplate called after each template
 */
export async function seeImages(
  model: Pick<TextToImage, 'generate'>,
  perCaption: number,
  onTemplate?: (seen: ImagesSeen) => void,
): Promise<ImagesSeen[]> {
  const all: ImagesSeen[] = [];
  for (const text of GENERATED) {
    const rows: Row[] = [];
    for (const caption of captionsOf({ text, position: 'first word' } satisfies Template)) {
      const batch = await model.generate({ captions: [caption.text], seed: SEED, perCaption: perCaption });
      rows.push(...toRgbImages(batch).map((image) => ({ said: caption.said, seen: coloursSeen(image) })));
    }
    const seen = summary(text, rows);
    onTemplate?.(seen);
    all.push(seen);
  }
  return all;
}

interface Row {
  readonly said: Said;
  readonly seen: ColoursSeen;
}

function summary(text: string, rows: readonly Row[]): ImagesSeen {
  const share = (holds: (row: Row) => boolean) => rows.filter(holds).length / rows.length;
  const named = share(({ said, seen }) => seen.petals === said.petals);
  if (text.includes('{edges}')) return { text, named, other: share(({ said, seen }) => seen.petals === said.edges) };
  if (!text.includes('{centre}')) return { text, named };
  const sum = (place: 'middle' | 'ring') => rows.reduce((all, { said, seen }) => all + seen[place][said.centre!], 0);
  return {
    text,
    named,
    other: share(({ said, seen }) => seen.petals === said.centre),
    centre: sum('middle') / (sum('ring') || 1),
  };
}
