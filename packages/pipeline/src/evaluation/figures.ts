/** Figures of one set of pictures, computed from its features. */

import type { EmbeddingBatch } from '@t2i/core';
import {
  type CaptionSensitivity,
  captionRetrieval,
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
import type { Figure, FigureKind } from './evaluation-report.ts';
import { WRONG_CAPTIONS } from './sample-plan.ts';

/** Puts values under names that say how they were measured. */
export type NameFigure = (kind: FigureKind, value: number, standardError?: number) => Figure;

export function namer(extractor: string, samples: number, imageSize: number): NameFigure {
  return (kind, value, standardError) => ({
    kind,
    name: metricName({ metric: kind, extractor, samples, split: 'test', imageSize }),
    value,
    ...(standardError !== undefined && { standardError }),
  });
}

/** What a set is compared with. */
export interface Reference {
  readonly features: EmbeddingBatch;
  readonly gaussian: Gaussian;
}

export function referenceOf(features: EmbeddingBatch): Reference {
  return { features, gaussian: gaussianOf(features) };
}

/** How far the pictures are from the reference, as sets. */
export function distanceFigures(
  features: EmbeddingBatch,
  { features: real, gaussian }: Reference,
  name: NameFigure,
): Figure[] {
  const { precision, recall, density, coverage } = manifoldScores(real, features);
  return [
    name('frechet', frechetDistance(gaussianOf(features), gaussian)),
    name('kernel', kernelDistance(features, real)),
    name('precision', precision),
    name('recall', recall),
    name('density', density),
    name('coverage', coverage),
  ];
}

export function scoreFigure(probabilities: EmbeddingBatch, name: NameFigure): Figure {
  return name('inception-score', inceptionScore(probabilities).mean);
}

/** Captions as the judge embeds them. */
export interface JudgedCaptions {
  /** The caption of each picture. */
  readonly captions: EmbeddingBatch;
  readonly labels: readonly number[];
  readonly pool: { readonly embeddings: EmbeddingBatch; readonly labels: readonly number[] };
  /** Whether the joint embedding compares pictures by their angle. */
  readonly unitLength: boolean;
}

/** Whether the pictures fit their captions. */
export function fitFigures(features: EmbeddingBatch, judged: JudgedCaptions, name: NameFigure): Figure[] {
  const { captions, labels, pool } = judged;
  const images = judged.unitLength ? toUnitLength(features) : features;
  const { share, standardError } = rPrecision({ images, captions, labels, pool, wrong: WRONG_CAPTIONS });
  const { recallAt, sameClassFirst } = captionRetrieval(images, captions, labels);
  return [
    name('r-precision', share, standardError),
    name('retrieval-at-1', recallAt[1]),
    name('retrieval-at-10', recallAt[10]),
    name('retrieval-class', sameClassFirst),
  ];
}

export function diversityFigure(features: EmbeddingBatch, labels: readonly number[], name: NameFigure): Figure {
  return name('diversity-class', diversity(features, labels));
}

export function gridFigures({ acrossNoise, ratio }: CaptionSensitivity, name: NameFigure): Figure[] {
  return [name('diversity-caption', acrossNoise), name('caption-sensitivity', ratio)];
}

/** @param distances from the nearest training photos, of the pictures and of test photos */
export function copyingFigure(distances: Float64Array, unseen: Float64Array, name: NameFigure): Figure {
  return name('copying', copyingChance(distances, unseen));
}
