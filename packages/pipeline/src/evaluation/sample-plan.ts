/** The captions to generate and the photos to compare with: the same for every model evaluated with one seed. */

import { ConfigError, type Rng, type TextImageDataset } from '@t2i/core';
import { evaluationItems, trainedItems } from '../trained-captions.ts';

/** Captions of other classes that compete with an image's own caption. */
export const WRONG_CAPTIONS = 99;
/** Images of each caption of the grid, each with a noise of its own. */
export const GRID_COLUMNS = 5;

export interface SamplePlan {
  /** False where there are no test photos: what is called test here is then of training. */
  readonly heldOut: boolean;
  /** Test photos, each once: what images are compared with. */
  readonly references: readonly number[];
  /** Test captions, one generated image each. */
  readonly captions: readonly string[];
  /** Of each caption, the photo it describes, as a row of `references`. */
  readonly owners: readonly number[];
  /** Of each caption, its class. */
  readonly labels: readonly number[];
  /** Of each caption, the row of one of another class: the captions shuffled. None where all are of one class. */
  readonly shuffled: readonly number[];
  /** Training photos, as many as captions where there are so many; none where they are what images are compared with. */
  readonly training: readonly number[];
  /** One test caption of each class, for images with `GRID_COLUMNS` noises. */
  readonly grid: readonly string[];
  /** Where wrong captions come from: one of every test photo. */
  readonly pool: { readonly captions: readonly string[]; readonly labels: readonly number[] };
}

/**
 * @param samples images to generate; above the number of test photos, photos repeat with another random caption
 * @throws ConfigError when there is no photo at all
 */
export function planSamples(dataset: TextImageDataset, samples: number, rng: Rng): SamplePlan {
  const { items, heldOut } = evaluationItems(dataset);
  const test = rng.shuffle(items);
  if (test.length === 0) {
    throw new ConfigError(`"${dataset.name}" has no photos to evaluate on.`, { hint: 'Prepare it again.' });
  }
  const labelOf = (item: number) => dataset.labels[item]!;
  const captionOf = (item: number) => rng.pick(dataset.captions(item));
  const pool = test.map(captionOf);
  const references = test.slice(0, samples);
  const owners = Array.from({ length: samples }, (_, i) => i % references.length);
  const labels = owners.map((row) => labelOf(references[row]!));
  const firstOfClass = new Map([...test].reverse().map((item) => [labelOf(item), item]));
  return {
    heldOut,
    references,
    owners,
    labels,
    captions: owners.map((row) => captionOf(references[row]!)),
    shuffled: otherClasses(labels, rng),
    training: heldOut ? rng.shuffle(trainedItems(dataset)).slice(0, samples) : [],
    grid: [...firstOfClass.values()].map(captionOf),
    pool: { captions: pool, labels: test.map(labelOf) },
  };
}

/** For each row another one of another class. */
function otherClasses(labels: readonly number[], rng: Rng): number[] {
  const rows = [...labels.keys()];
  if (new Set(labels).size < 2) return [];
  return labels.map((label) => {
    let row = rng.pick(rows);
    while (labels[row] === label) row = rng.pick(rows);
    return row;
  });
}
