/**
 * Measures how well an encoder's captions find images of classes that it never saw (Reed et al. 2016, arXiv 1605.05395, tables 1 and 2).
 * A class is the mean of the embeddings of all captions of all its images; an image is its whole view.
 */

import type { CaptionEncoder, ImageFeatures, SplitName, TextImageDataset } from '@t2i/core';
import { ConfigError } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertSameImages } from '../joint-embedding/class-batches.ts';
import { normaliseRows } from '../normalise-rows.ts';
import { precompute } from '../precompute.ts';
import { classify, meanPrecision, type PrecisionAt, precisions, RANKS, type Scores } from './ranking.ts';

/** The view that stands for an image: the whole of it. */
export const WHOLE = 'whole';
const QUERIES_AT_ONCE = 256; // bounds the memory of the scores

export interface EvaluationOptions {
  readonly encoder: CaptionEncoder;
  readonly dataset: TextImageDataset;
  readonly features: ImageFeatures;
  /** Default test. */
  readonly split?: SplitName | undefined;
  /** Whether image features are scaled to length 1; default false. Scores of one image are comparable either way. */
  readonly normaliseImages?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ClassReport {
  readonly name: string;
  readonly images: number;
  /** Share of its images that were recognised. */
  readonly accuracy: number;
  readonly precision: PrecisionAt;
}

export interface EncoderReport {
  readonly encoder: string;
  readonly imageEncoder: string;
  readonly dataset: string;
  readonly split: SplitName;
  readonly images: number;
  readonly captions: number;
  /** Zero-shot accuracy over images. */
  readonly top1: number;
  /** Retrieval by the classes' mean captions: AP@k of the paper. */
  readonly precision: PrecisionAt;
  /** Retrieval by one caption at a time. */
  readonly captionPrecision: PrecisionAt;
  /** The values of a random guess. */
  readonly chance: { readonly top1: number; readonly precision: PrecisionAt; readonly captionPrecision: PrecisionAt };
  readonly classes: readonly ClassReport[];
  /** `confusion[i][j]`: images of class i that were taken for class j. */
  readonly confusion: readonly (readonly number[])[];
}

/** A report, and the mean caption embedding of each image [images, dim] for images. */
export interface Evaluation {
  readonly report: EncoderReport;
  /** Items of the split, and for each its class as an index of `report.classes`. */
  readonly items: readonly number[];
  readonly labels: Int32Array;
  readonly imageEmbeddings: Float32Array;
}

/**
 * @throws ConfigError when encoder and features do not belong together, or the split is empty
 * @throws DatasetError when the features are not those of the data set
 */
export async function evaluateEncoder(options: EvaluationOptions): Promise<Evaluation> {
  const { encoder, dataset, features, split = 'test', normaliseImages = false, onProgress, signal } = options;
  assertSameImages(features, dataset);
  assertComparable(encoder, features);
  const items = [...dataset.splits[split]];
  if (items.length === 0) throw new ConfigError(`"${dataset.name}" has no images in "${split}".`);
  const classIds = [...new Set(items.map((item) => dataset.labels[item]!))].sort((a, b) => a - b);
  const labels = Int32Array.from(items, (item) => classIds.indexOf(dataset.labels[item]!));

  const captions = items.flatMap((item) => dataset.captions(item));
  const owners = items.flatMap((item, i) => dataset.captions(item).map(() => i)); // the image of each caption
  const captionLabels = owners.map((i) => labels[i]!);
  const { data } = await precompute({ encoder, captions, onProgress, signal });
  const { dim } = encoder;
  const classEmbeddings = meansByGroup(data, dim, captionLabels, classIds.length);

  const images = await imageTensor(features, items, normaliseImages);
  try {
    const byClass = await scoresOf(classEmbeddings, dim, images);
    const { top1, confusion } = classify(byClass, labels);
    const classPrecisions = precisions(
      byClass,
      classIds.map((_, k) => k),
      labels,
    );
    const captionPrecisions: PrecisionAt[] = [];
    for (let from = 0; from < captions.length; from += QUERIES_AT_ONCE) {
      signal?.throwIfAborted();
      const to = Math.min(from + QUERIES_AT_ONCE, captions.length);
      const scores = await scoresOf(data.subarray(from * dim, to * dim), dim, images);
      captionPrecisions.push(...precisions(scores, captionLabels.slice(from, to), labels));
    }
    const sizes = classIds.map((_, k) => labels.filter((label) => label === k).length);
    const report: EncoderReport = {
      encoder: encoder.id,
      imageEncoder: features.encoderId,
      dataset: dataset.name,
      split,
      images: items.length,
      captions: captions.length,
      top1,
      precision: meanPrecision(classPrecisions),
      captionPrecision: meanPrecision(captionPrecisions),
      chance: chanceOf(sizes, captionLabels),
      classes: classIds.map((id, k) => ({
        name: dataset.classNames[id]!,
        images: sizes[k]!,
        accuracy: confusion[k]![k]! / sizes[k]!,
        precision: classPrecisions[k]!,
      })),
      confusion,
    };
    return { report, items, labels, imageEmbeddings: meansByGroup(data, dim, owners, items.length) };
  } finally {
    images.dispose();
  }
}

/** @throws ConfigError when the features have another length than the embeddings */
export function assertComparable(encoder: CaptionEncoder, features: ImageFeatures): void {
  if (encoder.dim === features.dim) return;
  throw new ConfigError(
    `The encoder ${encoder.id} gives ${encoder.dim} numbers, the image features of ${features.encoderId} have ${features.dim}.`,
    { hint: 'Use the features that the encoder was trained with.' },
  );
}

/** The whole view of the items [n, dim]; the caller's to dispose. */
export async function imageTensor(
  features: ImageFeatures,
  items: readonly number[],
  normalise: boolean,
): Promise<tf.Tensor2D> {
  const values = await features.read(items, WHOLE);
  return tf.tidy(() => {
    const raw = tf.tensor2d(values, [items.length, features.dim]);
    return normalise ? normaliseRows(raw) : raw;
  });
}

/** Products of embeddings, row by row, with images [n, dim]. */
export async function scoresOf(embeddings: Float32Array, dim: number, images: tf.Tensor2D): Promise<Scores> {
  const queries = embeddings.length / dim;
  const scores = tf.tidy(() => tf.matMul(tf.tensor2d(embeddings, [queries, dim]), images, false, true));
  const data = (await scores.data()) as Float32Array;
  const copy = data.slice(); // some backends give out their own memory
  scores.dispose();
  return { data: copy, shape: [queries, images.shape[0]] };
}

/** The mean of the rows of each group. */
function meansByGroup(rows: Float32Array, dim: number, groups: readonly number[], count: number): Float32Array {
  const sums = new Float64Array(count * dim);
  const sizes = new Array<number>(count).fill(0);
  groups.forEach((group, row) => {
    sizes[group]! += 1;
    for (let k = 0; k < dim; k++) sums[group * dim + k]! += rows[row * dim + k]!;
  });
  return Float32Array.from(sums, (sum, i) => sum / sizes[Math.floor(i / dim)]!);
}

/** A random ranking has a class's share of the images in it; a random guess is right once in n tries, for n classes. */
function chanceOf(sizes: readonly number[], captionLabels: readonly number[]): EncoderReport['chance'] {
  const images = sizes.reduce((sum, size) => sum + size, 0);
  const everywhere = (share: number) => Object.fromEntries(RANKS.map((rank) => [rank, share])) as PrecisionAt;
  const captionShares = captionLabels.map((label) => sizes[label]! / images);
  return {
    top1: 1 / sizes.length,
    precision: everywhere(1 / sizes.length),
    captionPrecision: everywhere(captionShares.reduce((sum, share) => sum + share, 0) / captionShares.length),
  };
}
