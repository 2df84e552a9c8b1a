/**
 * Matching and mismatching pairs: two distinct classes, one image of each, captions of each
 * (`donkey_folder_txt.lua:116-154` of the authors' code).
 */

import type { Rng, RngState, SplitName, TextImageDataset } from '@t2i/core';
import { assert, ConfigError, DatasetError, itemsByClass } from '@t2i/core';

/** `class-uniform` gives every class the same share (the authors' code), `image-uniform` every image. */
export type Sampling = 'class-uniform' | 'image-uniform';

export interface PairSamplerOptions {
  /** Default `class-uniform`. */
  readonly sampling?: Sampling | undefined;
  /** Only the first captions of an image are used, up to this number; 5 in the paper. Default 10, all of Oxford-102. */
  readonly captionsPerImage?: number | undefined;
  /** Captions per condition, drawn with replacement; their embeddings are averaged. Default 1 (paper); 4 in the authors' code. */
  readonly numCaptions?: number | undefined;
  /** The splits to sample from. Default train and val, because the paper trains on both. */
  readonly splits?: readonly SplitName[] | undefined;
  /** Share of pairs whose wrong captions are edited right ones, which do not fit the image. Default 0. */
  readonly editedShare?: number | undefined;
  /** Edits a caption if it contains something to change; for instance `editCaption` of `@t2i/text-encoder`. */
  readonly edit?: ((caption: string, rng: Rng) => string | undefined) | undefined;
}

/** An image with its captions, and an image of another class with captions. Item numbers are those of the data set. */
export interface SampledPair {
  readonly item: number;
  /** `numCaptions` captions of `item`. */
  readonly captions: readonly string[];
  /** An item of any other class. */
  readonly wrongItem: number;
  /** `numCaptions` captions of `wrongItem`, or edits of `captions`. */
  readonly wrongCaptions: readonly string[];
}

/** Draws pairs endlessly. All randomness comes from the given `Rng`, so `state` is the complete state. */
export class PairSampler {
  /** Items that can be drawn. */
  readonly size: number;
  readonly #dataset: TextImageDataset;
  readonly #rng: Rng;
  readonly #sampling: Sampling;
  readonly #captionsPerImage: number;
  readonly #numCaptions: number;
  readonly #editedShare: number;
  readonly #edit: PairSamplerOptions['edit'];
  /** The items, class by class. */
  readonly #items: Int32Array;
  /** Where each class begins in `#items`; one entry more than there are classes. */
  readonly #starts: Int32Array;

  /**
   * @throws DatasetError if the splits have fewer than two classes, because mismatching pairs need two
   * @throws ConfigError if a count is not a whole number ≥ 1
   */
  constructor(dataset: TextImageDataset, rng: Rng, options: PairSamplerOptions = {}) {
    const { sampling = 'class-uniform', captionsPerImage = 10, numCaptions = 1, splits = ['train', 'val'] } = options;
    for (const [name, count] of Object.entries({ captionsPerImage, numCaptions })) {
      if (!Number.isInteger(count) || count < 1) throw new ConfigError(`${name} must be at least 1, got ${count}.`);
    }
    const { editedShare = 0, edit } = options;
    if (!(editedShare >= 0 && editedShare <= 1) || (editedShare > 0 && edit === undefined)) {
      throw new ConfigError(`editedShare must be from 0 to 1, and above 0 only with an edit, got ${editedShare}.`);
    }
    const classes = itemsByClass(dataset, splits);
    if (classes.length < 2) {
      const where = splits.map((split) => `"${split}"`).join(' and ');
      throw new DatasetError(
        `"${dataset.name}" has ${classes.length === 1 ? 'only one class' : 'no items'} in ${where}: no pair can mismatch.`,
        { hint: 'Use splits with at least two classes; a flat directory makes every image a class of its own.' },
      );
    }
    this.#dataset = dataset;
    this.#rng = rng;
    this.#sampling = sampling;
    this.#captionsPerImage = captionsPerImage;
    this.#numCaptions = numCaptions;
    this.#editedShare = editedShare;
    this.#edit = edit;
    this.#items = Int32Array.from(classes.flat());
    this.#starts = new Int32Array(classes.length + 1);
    classes.forEach((items, k) => {
      this.#starts[k + 1] = this.#starts[k]! + items.length;
    });
    this.size = this.#items.length;
  }

  /** The next pair. Classes are never redrawn, so each pair needs the same few random numbers. */
  next(): SampledPair {
    const [item, wrongItem] = this.#sampling === 'class-uniform' ? this.#twoClasses() : this.#twoImages();
    const captions = this.#drawCaptions(item);
    const wrongCaptions = this.#drawCaptions(wrongItem);
    return { item, captions, wrongItem, wrongCaptions: this.#edited(captions) ?? wrongCaptions };
  }

  /** Undefined for most pairs, and if a caption has nothing to change. Draws nothing unless edits are enabled. */
  #edited(captions: readonly string[]): readonly string[] | undefined {
    if (this.#editedShare === 0 || this.#rng.uniform() >= this.#editedShare) return undefined;
    const edits = captions.flatMap((caption) => this.#edit!(caption, this.#rng) ?? []);
    return edits.length === captions.length ? edits : undefined;
  }

  /** The position in the stream; plain JSON. */
  state(): RngState {
    return this.#rng.getState();
  }

  /** Continues from the `state` of a sampler with the same set and options. */
  load(state: RngState): void {
    this.#rng.setState(state);
  }

  #twoClasses(): [number, number] {
    const classes = this.#starts.length - 1;
    const right = this.#rng.integer(classes);
    const other = this.#rng.integer(classes - 1);
    return [this.#itemOf(right), this.#itemOf(other < right ? other : other + 1)];
  }

  #itemOf(index: number): number {
    const start = this.#starts[index]!;
    return this.#items[start + this.#rng.integer(this.#starts[index + 1]! - start)]!;
  }

  #twoImages(): [number, number] {
    const place = this.#rng.integer(this.size);
    const index = this.#starts.findLastIndex((start) => start <= place);
    const start = this.#starts[index]!;
    const count = this.#starts[index + 1]! - start;
    // the items of all other classes are those before and after the class
    const other = this.#rng.integer(this.size - count);
    return [this.#items[place]!, this.#items[other < start ? other : other + count]!];
  }

  #drawCaptions(item: number): string[] {
    const captions = this.#dataset.captions(item);
    assert(captions.length > 0, `item ${item} has no caption`);
    const usable = Math.min(captions.length, this.#captionsPerImage);
    return Array.from({ length: this.#numCaptions }, () => captions[this.#rng.integer(usable)]!);
  }
}
