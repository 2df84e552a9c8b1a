/** Evaluates a text-to-image model beside its baselines: real photos, an untrained generator and shuffled captions. */

import {
  type CaptionEncoder,
  ConfigError,
  type EmbeddingBatch,
  type ImageEncoder,
  type ImageFeatures,
  Rng,
  type TextImageDataset,
} from '@t2i/core';
import type { NearestNeighbours } from '@t2i/metrics';
import { precompute } from '@t2i/text-encoder';
import { trainedCaptions, trainedItems } from '../trained-captions.ts';
import { type EvaluationImages, generateEvaluationImages } from './evaluation-images.ts';
import { type EvaluatedSet, type EvaluationReport, type MetricKind, metricValue } from './evaluation-report.ts';
import { type EvaluationInputs, type EvaluationProgress, measureSets } from './measured-sets.ts';
import { GRID_COLUMNS, planSamples, type SamplePlan } from './sample-plan.ts';
import { addCopyingMetrics, addFitMetrics, addSetMetrics, type Context, type Retrieval, Rows } from './set-metrics.ts';

/** A network whose features are compared. */
export interface Extractor {
  /** Short, for the names of metrics: `googlenet`. */
  readonly name: string;
  readonly encoder: ImageEncoder;
  /** Classes of images from their features, [n, classes]; without it there is no Inception score. */
  readonly probabilities?: ((features: EmbeddingBatch) => Promise<EmbeddingBatch>) | undefined;
}

/** A joint embedding of images and captions, learnt with the features of the first extractor. */
export interface RetrievalEncoder {
  readonly name: string;
  readonly encoder: CaptionEncoder;
  /** Whether it compares images by their angle alone. */
  readonly unitLength: boolean;
}

export interface EvaluateOptions
  extends Pick<EvaluationInputs, 'model' | 'untrained' | 'unaveraged' | 'dataset' | 'resize' | 'signal'> {
  /** The encoder that the model was trained with. */
  readonly encoder: CaptionEncoder;
  readonly extractors: readonly [Extractor, ...Extractor[]];
  /** Features of all photos at full size by the first extractor, view `whole`. */
  readonly features: ImageFeatures;
  readonly retrievalEncoder?: RetrievalEncoder | undefined;
  /** Captions of each photo that the model was trained with, the first ones; default all. */
  readonly captionsPerImage?: number | undefined;
  /** Images to generate; also the most photos of each kind. */
  readonly samples: number;
  readonly seed: number;
  /** Images at once; default 32. */
  readonly batchSize?: number | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

export interface Evaluation {
  readonly report: EvaluationReport;
  readonly images: EvaluationImages;
}

/**
 * The same options give the same metrics on the same backend. Metrics that need a larger set are left out; the report lists them.
 * @throws ConfigError when model, features and extractor do not belong together
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { dataset, extractors, features, samples, seed } = options;
  assertFeaturesOf(extractors[0], features, dataset);
  const rng = new Rng(seed);
  const plan = planSamples(dataset, samples, rng.fork());
  const inputs = await inputsFor(options, plan, rng.fork());
  const retrieval = options.retrievalEncoder && (await embedForRetrieval(options.retrievalEncoder, plan));
  const context = { options, plan, retrieval };

  const rows = new Rows();
  let nearest: NearestNeighbours | undefined;
  for (const [i, extractor] of extractors.entries()) {
    const sets = await measureSets(inputs, extractor.encoder);
    await addSetMetrics(rows, context, extractor, sets);
    if (i > 0) continue;
    if (retrieval !== undefined) await addFitMetrics(rows, context, retrieval, sets);
    nearest = await addCopyingMetrics(rows, context, sets);
  }
  const isTrained = trainedCaptions(dataset, options.captionsPerImage);
  return {
    report: reportOf(context, rows, plan.captions.filter(isTrained).length),
    images: await generateEvaluationImages(inputs, trainedItems(dataset), nearest!, isTrained),
  };
}

async function inputsFor(options: EvaluateOptions, plan: SamplePlan, rng: Rng): Promise<EvaluationInputs> {
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

async function embedForRetrieval(
  { name, encoder, unitLength }: RetrievalEncoder,
  plan: SamplePlan,
): Promise<Retrieval> {
  const captions = await precompute({ encoder, captions: plan.captions });
  const embeddings = await precompute({ encoder, captions: plan.pool.captions });
  return { name, captions, unitLength, pool: { embeddings, labels: plan.pool.labels } };
}

function reportOf({ options, plan, retrieval }: Context, { rows, leftOut }: Rows, trained: number): EvaluationReport {
  const { dataset, extractors, retrievalEncoder, encoder, model, seed } = options;
  const of = (set: EvaluatedSet, kind: MetricKind) => metricValue(rows, set, kind);
  const real = of('test', 'diversity-class');
  return {
    dataset: dataset.name,
    heldOut: plan.heldOut,
    trainedCaptions: trained,
    samples: plan.captions.length,
    references: plan.references.length,
    trainingPhotos: plan.training.length,
    imageSize: model.imageSize,
    seed,
    extractors: extractors.map(({ name, encoder: { id } }) => ({ name, id })),
    judge: retrievalEncoder
      ? { id: retrievalEncoder.encoder.id, ofTheGenerator: retrievalEncoder.encoder.id === encoder.id }
      : null,
    leftOut,
    rows,
    relative: {
      ...(retrieval && share('rPrecision', of('generated', 'r-precision'), of('test', 'r-precision'))),
      ...share('diversityWithinClass', of('generated', 'diversity-class'), real),
      ...share('diversityAtCaption', of('generated', 'diversity-caption'), real),
    },
  };
}

/** Empty where either value is unknown or the whole is zero. */
function share<Name extends string>(
  name: Name,
  part: number | undefined,
  whole: number | undefined,
): Partial<Record<Name, number>> {
  return part === undefined || whole === undefined || whole === 0
    ? {}
    : ({ [name]: part / whole } as Record<Name, number>);
}

function assertFeaturesOf({ encoder }: Extractor, features: ImageFeatures, dataset: TextImageDataset): void {
  if (features.encoderId !== encoder.id) {
    throw new ConfigError(`The features are of ${features.encoderId}, but the given weights are of ${encoder.id}.`, {
      hint: 'Give the weights that the features were computed with, at the same size of images.',
    });
  }
  if (features.datasetFingerprint === dataset.fingerprint) return;
  throw new ConfigError(`The features are not those of the photos of "${dataset.name}".`, {
    hint: 'Give the features of this data set.',
  });
}
