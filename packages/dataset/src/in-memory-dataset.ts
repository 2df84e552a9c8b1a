/** A data set with images and captions in memory: for synthetic sets, tests and browsers. */

import type { SplitName, TextImageDataset } from '@t2i/core';
import { assert, DatasetError } from '@t2i/core';
import { checkDatasetParts, SPLIT_NAMES } from './check-parts.ts';
import { Fingerprint } from './fingerprint.ts';

export interface InMemoryDatasetOptions {
  readonly name: string;
  /** Side of the square images, in pixels. */
  readonly storedSize: number;
  readonly classNames: readonly string[];
  /** Class index of each item; its length is the number of items. */
  readonly labels: Int32Array;
  /** Item numbers of each split, ascending. An item may be in no split. */
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
  /** The captions of each item, at least one. */
  readonly captions: readonly (readonly string[])[];
  /** RGB bytes, [items, storedSize, storedSize, 3]. They are not copied. */
  readonly images: Uint8Array;
  /** Default: a hash of everything above. */
  readonly fingerprint?: string | undefined;
}

/** Implements `TextImageDataset` with arrays. */
export class InMemoryDataset implements TextImageDataset {
  readonly name: string;
  readonly fingerprint: string;
  readonly size: number;
  readonly storedSize: number;
  readonly classNames: readonly string[];
  readonly labels: Int32Array;
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
  readonly #captions: readonly (readonly string[])[];
  readonly #images: Uint8Array;

  /** @throws DatasetError that names the first part that does not fit the others */
  constructor(options: InMemoryDatasetOptions) {
    const { name, storedSize, labels, captions, images } = options;
    checkDatasetParts(options);
    if (captions.length !== labels.length) {
      throw new DatasetError(`The data set "${name}" has ${labels.length} labels and captions for ${captions.length}.`);
    }
    const silent = captions.findIndex((list) => list.length === 0);
    if (silent >= 0) throw new DatasetError(`Item ${silent} of the data set "${name}" has no caption.`);
    const expected = labels.length * storedSize * storedSize * 3;
    if (images.length !== expected) {
      throw new DatasetError(`The data set "${name}" has ${images.length} bytes of images; it needs ${expected}.`);
    }
    this.name = name;
    this.size = labels.length;
    this.storedSize = storedSize;
    this.classNames = options.classNames;
    this.labels = labels;
    this.splits = options.splits;
    this.#captions = captions;
    this.#images = images;
    this.fingerprint = options.fingerprint ?? fingerprintOf(options);
  }

  captions(item: number): readonly string[] {
    const captions = this.#captions[item];
    assert(captions !== undefined, `item ${item} of ${this.size}`);
    return captions;
  }

  async readImages(items: readonly number[]): Promise<Uint8Array> {
    const length = this.storedSize * this.storedSize * 3;
    const pixels = new Uint8Array(items.length * length);
    items.forEach((item, row) => {
      assert(Number.isInteger(item) && item >= 0 && item < this.size, `item ${item} of ${this.size}`);
      pixels.set(this.#images.subarray(item * length, (item + 1) * length), row * length);
    });
    return pixels;
  }

  /** Does nothing, because the arrays are garbage-collected with the data set. */
  async close(): Promise<void> {}
}

function fingerprintOf({ storedSize, classNames, labels, splits, captions, images }: InMemoryDatasetOptions): string {
  const lists = [classNames, [...labels], SPLIT_NAMES.map((split) => [...splits[split]]), captions];
  return new Fingerprint()
    .add(JSON.stringify([storedSize, ...lists]))
    .add(images)
    .digest();
}
