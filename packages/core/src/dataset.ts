/** The data interfaces: a set of captioned images, and a source of minibatches from one. */

import type { JsonValue } from './json.ts';
import type { TrainBatch } from './model.ts';

export type SplitName = 'train' | 'val' | 'test';

/** Captioned images with classes. Items are numbered 0 … size − 1. */
export interface TextImageDataset {
  readonly name: string;
  /** Changes with every image, caption, label or split. Every run records it. */
  readonly fingerprint: string;
  readonly size: number;
  /** Side of the stored square images in pixels (the crop is smaller: 76 → 64). */
  readonly storedSize: number;
  readonly classNames: readonly string[];
  /** Class index of each item. */
  readonly labels: Int32Array;
  /** Item numbers of each split, ascending. */
  readonly splits: Readonly<Record<SplitName, Int32Array>>;
  captions(item: number): readonly string[];
  /** RGB bytes [n, storedSize, storedSize, 3] of the items, in the given order. */
  readImages(items: readonly number[]): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** An endless, resumable stream of minibatches. */
export interface BatchSource<Batch = TrainBatch> {
  readonly batchSize: number;
  /** Batches per epoch, for instance ceil(items / batchSize). Sampling is with replacement, so this is only a count. */
  readonly batchesPerEpoch: number;
  next(): Promise<Batch>;
  /** The position just before the batch that `next` returns next, however many are already prepared. */
  state(): JsonValue;
  load(state: JsonValue): void;
  close(): Promise<void>;
}

/** The items of the splits, class by class in the order of the labels. Classes without items are omitted. */
export function itemsByClass({ labels, splits }: TextImageDataset, names: readonly SplitName[]): number[][] {
  const classes = new Map<number, number[]>();
  for (const item of [...new Set(names)].flatMap((name) => [...splits[name]])) {
    const label = labels[item]!;
    if (!classes.has(label)) classes.set(label, []);
    classes.get(label)!.push(item);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, items]) => items);
}
