/** Generates the images of requests with a model and its encoder. */

import {
  assert,
  assertEmbeddingDim,
  type CaptionEncoder,
  type CaptionReading,
  captionsIn,
  generateImages,
  type ImageRequest,
  inputFor,
  type JsonValue,
  type RgbImage,
  type TextToImageModel,
  toRgbImages,
} from '@t2i/core';
import { CaptionEmbeddings, type RejectedCaption } from './caption-embeddings.ts';
import { isSameInEveryPlace, smallestEqualPass } from './smallest-equal-pass.ts';

/** What a worker says about itself. Plain data: it crosses threads. */
export interface InferenceWorkerInfo {
  /** Names the weights: two workers of one revision generate the same images. Letters, digits, `.`, `_`, `-`. */
  readonly revision: string;
  readonly imageSize: number;
  readonly noiseDim: number;
  readonly embeddingDim: number;
  readonly encoder: string;
  /** The compute backend, in words. */
  readonly backend: string;
  /** Passes with fewer rows are padded to `min`, so that rounding is the same in all. */
  readonly passRows: { readonly min: number; readonly max: number };
  /** Whether a pass leaves a processor idle: the next pass can then run while the images of the last one are sent. */
  readonly sparesCores: boolean;
  /** Shown at `/v1/model`: configuration, epoch, hashes, metrics. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

export interface InferenceWorker {
  readonly info: InferenceWorkerInfo;
  /**
   * One pass of the generator for 1 to `passRows.max` requests. The results are in the order of the requests. The same
   * request gives the same pixels, whatever else is in the pass.
   */
  generate(requests: readonly ImageRequest[]): Promise<(RgbImage | RejectedCaption)[]>;
  /** How the encoder reads captions, in order; empty where it cannot tell. */
  read?(captions: readonly string[]): Promise<readonly CaptionReading[]>;
  /** Resolves when the worker can generate no more although nobody disposed of it: its thread died. */
  readonly lost?: Promise<Error>;
  dispose(): void | Promise<void>;
}

export interface InferenceWorkerOptions {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
  readonly revision: string;
  readonly backend?: string;
  /** Most rows in one pass; default 16, at most the model's `maxImagesPerCall`. */
  readonly maxRows?: number;
  /** Whether the backend leaves a processor idle; default false. */
  readonly sparesCores?: boolean;
  readonly details?: InferenceWorkerInfo['details'];
}

/**
 * A worker in this thread. It owns the model from now on. The thread does nothing else while the worker generates: see
 * `openInferenceWorker`.
 * @throws EmbeddingDimensionError when the model expects embeddings of another length
 */
export async function createInferenceWorker(options: InferenceWorkerOptions): Promise<InferenceWorker> {
  const { model, encoder, revision, backend = 'unknown', maxRows = 16, sparesCores = false, details = {} } = options;
  assertEmbeddingDim(encoder.dim, model);
  const { imageSize, noiseDim, embeddingDim } = model;
  const rows = Math.min(maxRows, model.maxImagesPerCall);
  const max = (await isSameInEveryPlace(model, rows)) ? rows : 1;
  const min = await smallestEqualPass(model, max);
  const known = new CaptionEmbeddings(encoder);
  return {
    info: {
      revision,
      imageSize,
      noiseDim,
      embeddingDim,
      encoder: encoder.id,
      backend,
      passRows: { min, max },
      sparesCores,
      details,
    },
    async generate(requests) {
      assert(requests.length >= 1 && requests.length <= max, `a pass has 1 to ${max} images, not ${requests.length}`);
      const { embeddings, rejected } = await known.of(captionsIn(requests));
      const rejectionOf = (request: ImageRequest) =>
        [...captionsIn([request])].map((caption) => rejected.get(caption)).find((found) => found !== undefined);
      const accepted = requests.filter((request) => rejectionOf(request) === undefined);
      const images = accepted.length === 0 ? [] : await runPass(model, accepted, embeddings, min);
      let next = 0;
      return requests.map((request) => rejectionOf(request) ?? images[next++]!);
    },
    ...(encoder.read && { read: async (captions) => captions.map((caption) => encoder.read!(caption)) }),
    dispose: () => model.dispose(),
  };
}

/** One pass, padded to `min` rows with the last request. */
async function runPass(
  model: TextToImageModel,
  requests: readonly ImageRequest[],
  embeddings: ReadonlyMap<string, Float32Array>,
  min: number,
): Promise<RgbImage[]> {
  const padding = Array.from({ length: Math.max(0, min - requests.length) }, () => requests.at(-1)!);
  const batch = await generateImages(model, inputFor(model, [...requests, ...padding], embeddings));
  const [, height, width] = batch.shape;
  const wanted = requests.length * height * width * 3;
  return toRgbImages({ data: batch.data.subarray(0, wanted), shape: [requests.length, height, width, 3] });
}
