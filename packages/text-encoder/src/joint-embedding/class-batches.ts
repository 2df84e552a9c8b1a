/** Minibatches of a joint embedding: n distinct classes, an image, a view and a caption or more of each (`MultimodalMinibatchLoaderCaption.lua:53-104`). */

import type {
  BatchSource,
  CaptionEncoder,
  ImageFeatures,
  JsonValue,
  Ranks,
  Rng,
  RngState,
  SplitName,
  TextImageDataset,
} from '@t2i/core';
import { assert, CheckpointError, ConfigError, DatasetError, itemsByClass, shareOf, singleProcess } from '@t2i/core';
import { editCaption, rewordCaption } from '../variation/edit-caption.ts';
import { nameCaption } from '../variation/name-caption.ts';
import { assertVariation, type CaptionVariation, varyCaption } from '../variation/vary-caption.ts';
import type { JointBatch } from './joint-embedding.ts';

export interface ClassBatchesOptions {
  readonly dataset: TextImageDataset;
  /** Features of the images of `dataset`. */
  readonly features: ImageFeatures;
  /** Default train and val: the paper trains on both. */
  readonly splits?: readonly SplitName[] | undefined;
  /** Classes in a batch; default 40. With several ranks, the classes of all ranks together. */
  readonly batchSize?: number | undefined;
  /** Views to draw from; default all available. */
  readonly views?: readonly string[] | undefined;
  /** The number of captions of an image that are used, from the first on; default 10. */
  readonly captionsPerImage?: number | undefined;
  /** Captions drawn, with replacement, for each image, whose embeddings are averaged; default 1, as in the paper. */
  readonly numCaptions?: number | undefined;
  /** Probability of leaving out each word of a caption; default 0. One word always stays. */
  readonly wordDropout?: number | undefined;
  /** How captions are varied; default: not at all. */
  readonly variation?: CaptionVariation | undefined;
  /** Share of captions that get the name of the photo's class; default 0. Classes that are not drawn from stay unnamed. */
  readonly names?: number | undefined;
  /** Whether captions come with edits of themselves that have another meaning; default false. */
  readonly edits?: boolean | undefined;
  /** Whether batches contain additional texts to read: captions with colours and parts drawn anew; default false. */
  readonly reworded?: boolean | undefined;
  /**
   * The rank that the batches are for, where several ranks train together. All ranks draw one stream, given by the state of `rng`; rank r of n gets
   * classes r·batchSize/n … (r+1)·batchSize/n of every batch. A state fits any number of ranks. Default: the only one.
   */
  readonly ranks?: Ranks | undefined;
  /** A trained encoder; batches contain its embeddings of the captions. */
  readonly teacher?: CaptionEncoder | undefined;
  /** Its state here determines the stream; the source continues with a fork of it. */
  readonly rng: Rng;
}

interface Resolved {
  readonly dataset: TextImageDataset;
  readonly features: ImageFeatures;
  readonly views: readonly string[];
  readonly captionsPerImage: number;
  readonly numCaptions: number;
  readonly wordDropout: number;
  readonly variation: CaptionVariation;
  readonly names: number;
  readonly edits: boolean;
  readonly reworded: boolean;
  readonly teacher: CaptionEncoder | undefined;
}

/** Maximum number of captions of each image that are edited and reworded. What they teach is true of others, too. */
const EDITED = 2;

/** An endless stream of batches. An epoch has as many batches as there are classes. */
export class ClassBatches implements BatchSource<JointBatch> {
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly #options: Resolved;
  readonly #rng: Rng;
  /** The items of each class. */
  readonly #classes: readonly (readonly number[])[];
  /** The classes of a batch that are returned. */
  readonly #share: readonly [from: number, to: number];

  /**
   * @throws ConfigError when a setting is out of range or names an unknown view, or there are fewer classes than `batchSize`
   * @throws DatasetError when the features are not those of the data set
   */
  constructor(options: ClassBatchesOptions) {
    const { dataset, features, splits = ['train', 'val'], batchSize = 40, rng } = options;
    const { views = features.views, captionsPerImage = 10, numCaptions = 1, wordDropout = 0, teacher } = options;
    const { variation = {}, names = 0, edits = false, reworded = false, ranks = singleProcess } = options;
    const texts = { captionsPerImage, numCaptions, wordDropout, variation, names, edits, reworded };
    this.#options = { dataset, features, views, ...texts, teacher };
    this.#classes = itemsByClass(dataset, splits);
    this.#rng = rng.fork();
    this.batchSize = batchSize;
    this.batchesPerEpoch = this.#classes.length;
    assertSameImages(features, dataset);
    this.#check();
    this.#share = shareOf(batchSize, ranks);
  }

  async next(): Promise<JointBatch> {
    const classes = this.#rng.shuffle(this.#classes.map((_, k) => k)).slice(0, this.batchSize);
    const items = classes.map((k) => this.#rng.pick(this.#classes[k]!));
    const views = items.map(() => this.#rng.pick(this.#options.views));
    const { numCaptions, edits, reworded, features, teacher } = this.#options;
    const captions = items.map((item) => Array.from({ length: numCaptions }, () => this.#drawCaption(item)));
    const some = captions.map((each) => each.slice(0, EDITED));
    const edited = edits && some.map((each) => each.map((caption) => editCaption(caption, this.#rng)));
    const read = reworded && some.map((each) => each.map((caption) => rewordCaption(caption, this.#rng)));
    // All ranks draw everything, so that they stay at the same position of the stream.
    const share = <T>(rows: readonly T[]) => rows.slice(...this.#share);
    const own = share(captions).flat();
    const data = await this.#read(share(items), share(views));
    return {
      features: { data, shape: [data.length / features.dim, features.dim] },
      captions: own,
      ...(teacher && { taught: await teacher.encode(own) }),
      ...(edited && { edited: inOneList(share(edited), numCaptions) }),
      ...(read && { read: share(read).flat() }),
    };
  }

  state(): JsonValue {
    return { dataset: this.#options.dataset.fingerprint, position: this.#rng.getState() };
  }

  load(state: JsonValue): void {
    const { dataset, position } = (state ?? {}) as { dataset?: unknown; position?: unknown };
    if (dataset !== this.#options.dataset.fingerprint || !Array.isArray(position)) {
      throw new CheckpointError('The saved position does not belong to these data.', {
        hint: 'Resume with the data the run was started on.',
      });
    }
    this.#rng.setState(position as unknown as RngState);
  }

  async close(): Promise<void> {}

  #drawCaption(item: number): string {
    const { dataset, captionsPerImage, wordDropout, variation, names } = this.#options;
    const captions = dataset.captions(item);
    assert(captions.length > 0, `item ${item} has no caption`);
    const pick = () => captions[this.#rng.integer(Math.min(captions.length, captionsPerImage))]!;
    const caption = varyCaption(pick(), variation, this.#rng, pick);
    const isNamed = names > 0 && this.#rng.uniform() < names;
    const name = dataset.classNames[dataset.labels[item]!]!;
    const named = isNamed ? nameCaption(caption, name, this.#rng) : caption;
    return wordDropout === 0 ? named : dropWords(named, wordDropout, this.#rng);
  }

  /** Row i: the view `views[i]` of `items[i]`. */
  async #read(items: readonly number[], views: readonly string[]): Promise<Float32Array> {
    const { features } = this.#options;
    const { dim } = features;
    const data = new Float32Array(items.length * dim);
    for (const view of new Set(views)) {
      const rows = items.flatMap((_, row) => (views[row] === view ? [row] : []));
      const found = await features.read(
        rows.map((row) => items[row]!),
        view,
      );
      rows.forEach((row, i) => {
        data.set(found.subarray(i * dim, (i + 1) * dim), row * dim);
      });
    }
    return data;
  }

  #check(): void {
    const { features, views, captionsPerImage, numCaptions, wordDropout, variation, names, teacher } = this.#options;
    assertVariation(variation);
    if (!(names >= 0 && names <= 1)) throw new ConfigError(`names must be from 0 to 1, got ${names}.`);
    const unknown = views.find((view) => !features.views.includes(view));
    if (unknown !== undefined || views.length === 0) {
      throw new ConfigError(`There are no features of the view "${unknown ?? ''}".`, {
        hint: `Stored are ${features.views.join(', ')}.`,
      });
    }
    for (const [name, value] of Object.entries({ captionsPerImage, numCaptions, batchSize: this.batchSize })) {
      if (!Number.isInteger(value) || value < 1) throw new ConfigError(`${name} must be at least 1, got ${value}.`);
    }
    if (!(wordDropout >= 0 && wordDropout < 1)) {
      throw new ConfigError(`wordDropout must be at least 0 and below 1, got ${wordDropout}.`);
    }
    if (teacher !== undefined && teacher.dim !== features.dim) {
      throw new ConfigError(`The teacher gives ${teacher.dim} numbers, the features have ${features.dim}.`, {
        hint: 'Teach with an encoder that was trained with these features.',
      });
    }
    if (this.batchSize > this.#classes.length || this.batchSize < 2) {
      throw new ConfigError(
        `A batch of ${this.batchSize} distinct classes cannot be drawn from ${this.#classes.length}.`,
        { hint: `Choose a batch size from 2 to ${this.#classes.length}, or more splits.` },
      );
    }
  }
}

/** @throws DatasetError when `features` were not made from the images of `dataset` */
export function assertSameImages(features: ImageFeatures, dataset: TextImageDataset): void {
  if (features.datasetFingerprint === dataset.fingerprint && features.size === dataset.size) return;
  throw new DatasetError(`The features are not those of the images of "${dataset.name}".`, {
    hint: 'Compute the features of this data set.',
  });
}

/** The edits of images in order, each with the index of its caption among all captions. Captions that could not be edited are left out. */
function inOneList(
  edits: readonly (readonly (string | undefined)[])[],
  numCaptions: number,
): NonNullable<JointBatch['edited']> {
  const all = edits.flatMap((each, image) =>
    each.flatMap((text, nth) => (text === undefined ? [] : [{ text, place: image * numCaptions + nth }])),
  );
  return { texts: all.map(({ text }) => text), of: all.map(({ place }) => place) };
}

/** The caption without some words, each left out with the given probability, but never without all. */
export function dropWords(caption: string, chance: number, rng: Rng): string {
  const words = caption.split(' ');
  const kept = words.filter(() => rng.uniform() >= chance);
  return kept.length > 0 ? kept.join(' ') : rng.pick(words);
}
