/** Evaluates a text-to-image model beside what any figure has to be read against: real photos, an untrained generator, shuffled captions. */

import {
  type CaptionEncoder,
  ConfigError,
  type EmbeddingBatch,
  type ImageEncoder,
  type ImageFeatures,
  Rng,
  type TextImageDataset,
} from '@t2i/core';
import { captionSensitivity, type NearestNeighbours, nearestNeighbours } from '@t2i/metrics';
import { precompute } from '@t2i/text-encoder';
import { drawPictures, type EvaluationPictures } from './evaluation-pictures.ts';
import {
  type EvaluatedSet,
  type EvaluationReport,
  type EvaluationRow,
  type Figure,
  type FigureKind,
  figureOf,
} from './evaluation-report.ts';
import {
  copyingFigure,
  distanceFigures,
  diversityFigure,
  fitFigures,
  gridFigures,
  type JudgedCaptions,
  namer,
  referenceOf,
  scoreFigure,
} from './figures.ts';
import { type EvaluationProgress, type MeasuredSets, measureSets, type Studio } from './measured-sets.ts';
import { GRID_COLUMNS, planSamples, type SamplePlan } from './sample-plan.ts';

/** A network whose features are compared. */
export interface Extractor {
  /** Short, for the names of figures: `googlenet`. */
  readonly name: string;
  readonly encoder: ImageEncoder;
  /** Classes of pictures from their features, [n, classes]; without it there is no Inception score. */
  readonly probabilities?: ((features: EmbeddingBatch) => Promise<EmbeddingBatch>) | undefined;
}

/** A joint embedding of pictures and captions, learnt with the features of the first extractor. */
export interface Judge {
  readonly name: string;
  readonly encoder: CaptionEncoder;
  /** Whether it compares pictures by their angle alone. */
  readonly unitLength: boolean;
}

export interface EvaluateOptions
  extends Pick<Studio, 'model' | 'untrained' | 'unaveraged' | 'dataset' | 'resize' | 'signal'> {
  /** The encoder that the model was trained with. */
  readonly encoder: CaptionEncoder;
  readonly extractors: readonly [Extractor, ...Extractor[]];
  /** Features of all photos at full size by the first extractor, view `whole`. */
  readonly features: ImageFeatures;
  readonly judge?: Judge | undefined;
  /** Pictures to draw, and photos at most of each kind. */
  readonly samples: number;
  readonly seed: number;
  /** Pictures at once; default 32. */
  readonly batchSize?: number | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface Evaluation {
  readonly report: EvaluationReport;
  readonly pictures: EvaluationPictures;
}

const WHOLE = 'whole';

/**
 * The same options give the same figures on the same engine.
 * @throws ConfigError when the data set is too small, or model, features and extractor do not belong together
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { dataset, extractors, features, samples, seed } = options;
  assertFeaturesOf(extractors[0], features, dataset);
  const rng = new Rng(seed);
  const plan = planSamples(dataset, samples, rng.fork());
  const studio = await studioFor(options, plan, rng.fork());
  const judging = options.judge && (await judgedCaptions(options.judge, plan));
  const context = { options, plan, judging };

  const rows = new Map<EvaluatedSet, Figure[]>();
  let nearest: NearestNeighbours | undefined;
  for (const [i, extractor] of extractors.entries()) {
    const sets = await measureSets(studio, extractor.encoder);
    await addSetFigures(rows, context, extractor, sets);
    if (i > 0) continue;
    if (judging !== undefined) await addFitFigures(rows, context, judging, sets);
    nearest = await addCopyingFigures(rows, context, sets);
  }
  return {
    report: reportOf(
      context,
      [...rows].map(([set, figures]) => ({ set, figures })),
    ),
    pictures: await drawPictures(studio, trainingItems(dataset), nearest!),
  };
}

interface Context {
  readonly options: EvaluateOptions;
  readonly plan: SamplePlan;
  readonly judging: Judging | undefined;
}

interface Judging extends Omit<JudgedCaptions, 'captions' | 'labels'> {
  readonly name: string;
  /** Of the plan's captions. */
  readonly captions: EmbeddingBatch;
}

async function studioFor(options: EvaluateOptions, plan: SamplePlan, rng: Rng): Promise<Studio> {
  const {
    model,
    untrained,
    unaveraged,
    dataset,
    encoder,
    resize,
    signal,
    batchSize = 32,
    onProgress = () => {},
  } = options;
  const { noiseDim } = model;
  return {
    ...{ model, untrained, unaveraged, dataset, plan, resize, signal, batchSize, onProgress },
    embeddings: await precompute({ encoder, captions: plan.captions, batchSize, signal }),
    gridEmbeddings: await precompute({ encoder, captions: plan.grid, batchSize, signal }),
    noise: rng.normal(plan.captions.length * noiseDim),
    gridNoise: rng.normal(GRID_COLUMNS * noiseDim),
  };
}

async function judgedCaptions({ name, encoder, unitLength }: Judge, plan: SamplePlan): Promise<Judging> {
  const captions = await precompute({ encoder, captions: plan.captions });
  const embeddings = await precompute({ encoder, captions: plan.pool.captions });
  return { name, captions, unitLength, pool: { embeddings, labels: plan.pool.labels } };
}

type Rows = Map<EvaluatedSet, Figure[]>;

function add(rows: Rows, set: EvaluatedSet, figures: readonly Figure[]): void {
  rows.set(set, [...(rows.get(set) ?? []), ...figures]);
}

/** Figures that need nothing but features: every extractor's own. */
async function addSetFigures(
  rows: Rows,
  { options, plan }: Context,
  extractor: Extractor,
  sets: MeasuredSets,
): Promise<void> {
  const { dataset, model } = options;
  const reference = referenceOf(sets.test);
  const labelsOf = (items: readonly number[]) => items.map((item) => dataset.labels[item]!);
  const named = (features: EmbeddingBatch) => namer(extractor.name, features.shape[0], model.imageSize);
  const score = async (features: EmbeddingBatch) =>
    extractor.probabilities ? [scoreFigure(await extractor.probabilities(features), named(features))] : [];
  const alike = async (features: EmbeddingBatch, labels: readonly number[]) => [
    ...distanceFigures(features, reference, named(features)),
    ...(await score(features)),
    diversityFigure(features, labels, named(features)),
  ];
  const byNoise = (grid: EmbeddingBatch) => gridFigures(captionSensitivity(grid, GRID_COLUMNS), named(grid));
  add(rows, 'generated', [...(await alike(sets.generated, plan.labels)), ...byNoise(sets.generatedGrid)]);
  if (sets.unaveraged !== undefined) add(rows, 'unaveraged', await alike(sets.unaveraged, plan.labels));
  add(rows, 'untrained', [...(await alike(sets.untrained, plan.labels)), ...byNoise(sets.untrainedGrid)]);
  add(rows, 'shuffled', []); // the generated pictures again: only whether they fit their captions differs
  add(rows, 'training', await alike(sets.training, labelsOf(plan.training)));
  add(rows, 'test', [
    ...(await score(sets.test)),
    diversityFigure(sets.test, labelsOf(plan.references), named(sets.test)),
  ]);
}

/** Whether pictures fit their captions, as the joint embedding sees it. */
async function addFitFigures(rows: Rows, context: Context, judging: Judging, sets: MeasuredSets): Promise<void> {
  const { options, plan } = context;
  const { captions, pool, unitLength } = judging;
  const fit = (features: EmbeddingBatch, side: number, of = { captions, labels: plan.labels }) =>
    fitFigures(features, { ...of, pool, unitLength }, namer(judging.name, plan.captions.length, side));
  const { imageSize } = options.model;
  const whole = await options.features.read(plan.references, WHOLE);
  const fullSize: EmbeddingBatch = { data: whole, shape: [plan.references.length, options.features.dim] };
  const labels = plan.shuffled.map((row) => plan.labels[row]!);
  add(rows, 'generated', fit(sets.generated, imageSize));
  if (sets.unaveraged !== undefined) add(rows, 'unaveraged', fit(sets.unaveraged, imageSize));
  add(rows, 'untrained', fit(sets.untrained, imageSize));
  add(rows, 'shuffled', fit(sets.generated, imageSize, { captions: rowsAt(captions, plan.shuffled), labels }));
  add(rows, 'test', fit(rowsAt(sets.test, plan.owners), imageSize));
  add(rows, 'fullSize', fit(rowsAt(fullSize, plan.owners), options.extractors[0].encoder.imageSize));
}

/** Distances from the training photos at full size; returns those of the generated pictures. */
async function addCopyingFigures(rows: Rows, context: Context, sets: MeasuredSets): Promise<NearestNeighbours> {
  const { dataset, features, extractors, model } = context.options;
  const items = trainingItems(dataset);
  const photos: EmbeddingBatch = { data: await features.read(items, WHOLE), shape: [items.length, features.dim] };
  const unseen = nearestNeighbours(sets.test, photos);
  const found = (set: EvaluatedSet, pictures: EmbeddingBatch) => {
    const nearest = nearestNeighbours(pictures, photos);
    const name = namer(extractors[0].name, pictures.shape[0], model.imageSize);
    add(rows, set, [copyingFigure(nearest.distances, unseen.distances, name)]);
    return nearest;
  };
  found('untrained', sets.untrained);
  found('training', sets.training);
  return found('generated', sets.generated);
}

function reportOf({ options, plan, judging }: Context, rows: readonly EvaluationRow[]): EvaluationReport {
  const { dataset, extractors, judge, encoder, model, seed } = options;
  const of = (set: EvaluatedSet, kind: FigureKind) => figureOf(rows, set, kind);
  const real = of('test', 'diversity-class')!;
  return {
    dataset: dataset.name,
    samples: plan.captions.length,
    references: plan.references.length,
    trainingPhotos: plan.training.length,
    imageSize: model.imageSize,
    seed,
    extractors: extractors.map(({ name, encoder: { id } }) => ({ name, id })),
    judge: judge === undefined ? null : { id: judge.encoder.id, ofTheGenerator: judge.encoder.id === encoder.id },
    rows,
    relative: {
      ...(judging !== undefined && { rPrecision: of('generated', 'r-precision')! / of('test', 'r-precision')! }),
      diversityWithinClass: of('generated', 'diversity-class')! / real,
      diversityAtCaption: of('generated', 'diversity-caption')! / real,
    },
  };
}

/** What the generator was trained on. */
function trainingItems({ splits }: TextImageDataset): number[] {
  return [...splits.train, ...splits.val];
}

function rowsAt({ data, shape }: EmbeddingBatch, rows: readonly number[]): EmbeddingBatch {
  const [, dim] = shape;
  const picked = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) picked.set(data.subarray(row * dim, (row + 1) * dim), i * dim);
  return { data: picked, shape: [rows.length, dim] };
}

function assertFeaturesOf({ encoder }: Extractor, features: ImageFeatures, dataset: TextImageDataset): void {
  if (features.encoderId !== encoder.id) {
    throw new ConfigError(`The features are of ${features.encoderId}, the weights given are those of ${encoder.id}.`, {
      hint: 'Give the weights that the features were computed with, at the same size of pictures.',
    });
  }
  if (features.datasetFingerprint === dataset.fingerprint) return;
  throw new ConfigError(`The features are not those of the photos of "${dataset.name}".`, {
    hint: 'Give the features of this data set.',
  });
}
