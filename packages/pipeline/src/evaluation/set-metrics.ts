/** The metrics of every evaluated set, set by set. */

import type { EmbeddingBatch } from '@t2i/core';
import { type NearestNeighbours, nearestNeighbours } from '@t2i/metrics';
import { trainedItems } from '../trained-captions.ts';
import type { EvaluateOptions, Extractor } from './evaluate-model.ts';
import type { EvaluatedSet, EvaluationRow, LeftOut, Metric, MetricKind } from './evaluation-report.ts';
import type { MeasuredSets } from './measured-sets.ts';
import {
  copyingMetric,
  distanceMetrics,
  diversityMetric,
  type Found,
  fitMetrics,
  gridMetrics,
  namer,
  type RetrievalCaptions,
  referenceOf,
  scoreMetric,
} from './metrics.ts';
import { GRID_COLUMNS, type SamplePlan } from './sample-plan.ts';

/** The view of photos at full size. */
export const WHOLE = 'whole';

export interface Context {
  readonly options: EvaluateOptions;
  readonly plan: SamplePlan;
  readonly retrieval: Retrieval | undefined;
}

export interface Retrieval extends Omit<RetrievalCaptions, 'captions' | 'labels'> {
  readonly name: string;
  /** Of the plan's captions. */
  readonly captions: EmbeddingBatch;
}

/** The metrics collected so far, and those that are left out. */
export class Rows {
  readonly #rows = new Map<EvaluatedSet, Metric[]>();
  readonly leftOut: LeftOut[] = [];

  get rows(): EvaluationRow[] {
    return [...this.#rows].map(([set, figures]) => ({ set, figures }));
  }

  add(set: EvaluatedSet, found: readonly Found[]): void {
    const figures = this.#rows.get(set) ?? [];
    this.#rows.set(set, figures);
    for (const one of found) {
      if ('value' in one) figures.push(one);
      else if (!this.leftOut.some((before) => before.set === set && before.kind === one.kind)) {
        this.leftOut.push({ set, ...one });
      }
    }
  }
}

/** The split in the names of metrics. */
const splitOf = ({ heldOut }: SamplePlan) => (heldOut ? 'test' : 'train');

/** Metrics that need only features: each extractor has its own. */
export async function addSetMetrics(
  rows: Rows,
  { options, plan }: Context,
  extractor: Extractor,
  sets: MeasuredSets,
): Promise<void> {
  const { dataset, model } = options;
  const reference = referenceOf(sets.test);
  const labelsOf = (items: readonly number[]) => items.map((item) => dataset.labels[item]!);
  const named = (features: EmbeddingBatch) => namer(extractor.name, features.shape[0], model.imageSize, splitOf(plan));
  const score = async (features: EmbeddingBatch) =>
    extractor.probabilities ? [scoreMetric(await extractor.probabilities(features), named(features))] : [];
  const alike = async (features: EmbeddingBatch, labels: readonly number[]) => [
    ...distanceMetrics(features, reference, named(features)),
    ...(await score(features)),
    diversityMetric(features, labels, named(features)),
  ];
  const byNoise = (grid: EmbeddingBatch) => gridMetrics(grid, GRID_COLUMNS, named(grid));
  rows.add('generated', [...(await alike(sets.generated, plan.labels)), ...byNoise(sets.generatedGrid)]);
  if (sets.unaveraged !== undefined) rows.add('unaveraged', await alike(sets.unaveraged, plan.labels));
  rows.add('untrained', [...(await alike(sets.untrained, plan.labels)), ...byNoise(sets.untrainedGrid)]);
  rows.add('shuffled', []); // the generated images again: only whether they fit their captions differs
  if (sets.training !== undefined) rows.add('training', await alike(sets.training, labelsOf(plan.training)));
  rows.add('test', [
    ...(await score(sets.test)),
    diversityMetric(sets.test, labelsOf(plan.references), named(sets.test)),
  ]);
}

/** Whether images fit their captions, measured by the joint embedding. */
export async function addFitMetrics(
  rows: Rows,
  context: Context,
  retrieval: Retrieval,
  sets: MeasuredSets,
): Promise<void> {
  const { options, plan } = context;
  const { captions, pool, unitLength } = retrieval;
  const fit = (features: EmbeddingBatch, side: number, of = { captions, labels: plan.labels }) =>
    fitMetrics(features, { ...of, pool, unitLength }, namer(retrieval.name, plan.captions.length, side, splitOf(plan)));
  const { imageSize } = options.model;
  const whole = await options.features.read(plan.references, WHOLE);
  const fullSize: EmbeddingBatch = { data: whole, shape: [plan.references.length, options.features.dim] };
  rows.add('generated', fit(sets.generated, imageSize));
  if (sets.unaveraged !== undefined) rows.add('unaveraged', fit(sets.unaveraged, imageSize));
  rows.add('untrained', fit(sets.untrained, imageSize));
  rows.add('shuffled', plan.shuffled.length > 0 ? fit(sets.generated, imageSize, shuffled(plan, captions)) : NO_OTHERS);
  rows.add('test', fit(rowsAt(sets.test, plan.owners), imageSize));
  rows.add('fullSize', fit(rowsAt(fullSize, plan.owners), options.extractors[0].encoder.imageSize));
}

const FITS: readonly MetricKind[] = ['r-precision', 'retrieval-at-1', 'retrieval-at-10', 'retrieval-class'];
const NO_OTHERS: readonly Found[] = FITS.map((kind) => ({ kind, why: 'all captions are of one class' }));

const shuffled = (plan: SamplePlan, captions: EmbeddingBatch) => ({
  captions: rowsAt(captions, plan.shuffled),
  labels: plan.shuffled.map((row) => plan.labels[row]!),
});

/** Distances from the training photos at full size; returns those of the generated images. */
export async function addCopyingMetrics(rows: Rows, context: Context, sets: MeasuredSets): Promise<NearestNeighbours> {
  const { options, plan } = context;
  const { dataset, features, extractors, model } = options;
  const items = trainedItems(dataset);
  const photos: EmbeddingBatch = { data: await features.read(items, WHOLE), shape: [items.length, features.dim] };
  const nearest = nearestNeighbours(sets.generated, photos);
  if (!plan.heldOut || sets.training === undefined) {
    const why = 'it takes test photos to know how near unseen images are';
    for (const set of ['untrained', 'training', 'generated'] as const) rows.add(set, [{ kind: 'copying', why }]);
    return nearest;
  }
  const unseen = nearestNeighbours(sets.test, photos);
  const add = (set: EvaluatedSet, { shape }: EmbeddingBatch, { distances }: NearestNeighbours) =>
    rows.add(set, [copyingMetric(distances, unseen.distances, namer(extractors[0].name, shape[0], model.imageSize))]);
  add('untrained', sets.untrained, nearestNeighbours(sets.untrained, photos));
  add('training', sets.training, nearestNeighbours(sets.training, photos));
  add('generated', sets.generated, nearest);
  return nearest;
}

function rowsAt({ data, shape }: EmbeddingBatch, rows: readonly number[]): EmbeddingBatch {
  const [, dim] = shape;
  const picked = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) picked.set(data.subarray(row * dim, (row + 1) * dim), i * dim);
  return { data: picked, shape: [rows.length, dim] };
}
