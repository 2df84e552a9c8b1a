/** Metrics of one set of images, computed from its features, and reasons for those that need a larger set. */

import type { EmbeddingBatch } from '@t2i/core';
import {
  captionRetrieval,
  captionSensitivity,
  copyingChance,
  diversity,
  frechetDistance,
  type Gaussian,
  gaussianOf,
  inceptionScore,
  kernelDistance,
  manifoldScores,
  metricName,
  rPrecision,
  toUnitLength,
} from '@t2i/metrics';
import type { LeftOut, Metric, MetricKind } from './evaluation-report.ts';
import { WRONG_CAPTIONS } from './sample-plan.ts';

/** Neighbours that define a neighbourhood. */
const NEIGHBOURS = 5;

/** Names a value by how it was measured. */
export type NameMetric = (kind: MetricKind, value: number, standardError?: number) => Metric;

/** @param split what captions and photos are of; default `test` */
export function namer(extractor: string, samples: number, imageSize: number, split = 'test'): NameMetric {
  return (kind, value, standardError) => ({
    kind,
    name: metricName({ metric: kind, extractor, samples, split, imageSize }),
    value,
    ...(standardError !== undefined && { standardError }),
  });
}

/** A metric, or why it is left out. */
export type Found = Metric | Omit<LeftOut, 'set'>;

const leftOut = (why: string, ...kinds: MetricKind[]): Found[] => kinds.map((kind) => ({ kind, why }));

/** What a set is compared with. */
export interface Reference {
  readonly features: EmbeddingBatch;
  /** Of two images or more. */
  readonly gaussian: Gaussian | undefined;
}

export function referenceOf(features: EmbeddingBatch): Reference {
  return { features, gaussian: features.shape[0] < 2 ? undefined : gaussianOf(features) };
}

/** How far the images are from the reference, as sets. */
export function distanceMetrics(
  features: EmbeddingBatch,
  { features: real, gaussian }: Reference,
  name: NameMetric,
): Found[] {
  const fewest = Math.min(features.shape[0], real.shape[0]);
  const distances: Found[] =
    gaussian === undefined || fewest < 2
      ? leftOut('it takes two images of each set', 'frechet', 'kernel')
      : [
          name('frechet', frechetDistance(gaussianOf(features), gaussian)),
          name('kernel', kernelDistance(features, real)),
        ];
  if (fewest <= NEIGHBOURS) {
    const why = `an image needs ${NEIGHBOURS} neighbours in its own set, and one of the sets has ${fewest}`;
    return [...distances, ...leftOut(why, 'precision', 'recall', 'density', 'coverage')];
  }
  const { precision, recall, density, coverage } = manifoldScores(real, features, { neighbours: NEIGHBOURS });
  const scores = [name('precision', precision), name('recall', recall)];
  return [...distances, ...scores, name('density', density), name('coverage', coverage)];
}

export function scoreMetric(probabilities: EmbeddingBatch, name: NameMetric): Metric {
  return name('inception-score', inceptionScore(probabilities).mean);
}

/** Captions in the joint embedding. */
export interface RetrievalCaptions {
  /** The caption of each image. */
  readonly captions: EmbeddingBatch;
  readonly labels: readonly number[];
  readonly pool: { readonly embeddings: EmbeddingBatch; readonly labels: readonly number[] };
  /** Whether the joint embedding compares images by their angle. */
  readonly unitLength: boolean;
}

/** Whether the images fit their captions. */
export function fitMetrics(features: EmbeddingBatch, retrieval: RetrievalCaptions, name: NameMetric): Found[] {
  const { captions, labels } = retrieval;
  const images = retrieval.unitLength ? toUnitLength(features) : features;
  const { recallAt, sameClassFirst } = captionRetrieval(images, captions, labels);
  return [
    ...precisionMetrics(images, retrieval, name),
    ...(labels.length > 1
      ? [name('retrieval-at-1', recallAt[1])]
      : leftOut('there is one image to find', 'retrieval-at-1')),
    ...(labels.length > 10
      ? [name('retrieval-at-10', recallAt[10])]
      : leftOut('it takes more than ten images', 'retrieval-at-10')),
    ...(new Set(labels).size > 1
      ? [name('retrieval-class', sameClassFirst)]
      : leftOut('all captions are of one class', 'retrieval-class')),
  ];
}

function precisionMetrics(
  images: EmbeddingBatch,
  { captions, labels, pool }: RetrievalCaptions,
  name: NameMetric,
): Found[] {
  const others = [...new Set(labels)].map((label) => pool.labels.filter((other) => other !== label).length);
  const fewest = Math.min(...others);
  if (fewest < WRONG_CAPTIONS) {
    const why = `a caption is ranked among ${WRONG_CAPTIONS} of other classes, and for one class there are ${fewest}`;
    return leftOut(why, 'r-precision');
  }
  const { share, standardError } = rPrecision({ images, captions, labels, pool, wrong: WRONG_CAPTIONS });
  return [name('r-precision', share, standardError)];
}

export function diversityMetric(features: EmbeddingBatch, labels: readonly number[], name: NameMetric): Found {
  const hasTwo = new Set(labels).size < labels.length;
  if (hasTwo) return name('diversity-class', diversity(features, labels));
  return { kind: 'diversity-class', why: 'no class has two images' };
}

/** @param features all images of the first caption, then of the second, …; the i-th of each has the i-th noise */
export function gridMetrics(features: EmbeddingBatch, columns: number, name: NameMetric): Found[] {
  const [rows] = features.shape;
  if (rows > columns) {
    const { acrossNoise, ratio } = captionSensitivity(features, columns);
    return [name('diversity-caption', acrossNoise), name('caption-sensitivity', ratio)];
  }
  const ofOneCaption = diversity(features, new Int32Array(rows));
  const why = 'it takes captions of two classes';
  return [name('diversity-caption', ofOneCaption), ...leftOut(why, 'caption-sensitivity')];
}

/** @param distances from the nearest training photos, of the images and of test photos */
export function copyingMetric(distances: Float64Array, unseen: Float64Array, name: NameMetric): Metric {
  return name('copying', copyingChance(distances, unseen));
}
