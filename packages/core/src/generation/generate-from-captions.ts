/** From captions to images. */

import type { CaptionEncoder, GenerateInput, ImageBatch, TextToImageModel } from '../model.ts';
import { assertEmbeddingDim, type GenerateOptions, generateImages } from './generate-images.ts';
import { type CaptionRequest, captionRequests, captionsIn, type ImageRequest, inputFor } from './image-request.ts';

/** A model, and the encoder that it was trained with. */
export interface ModelAndEncoder {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;
}

/**
 * Images of captions: `perCaption` rows for the first, then for the second, … The i-th image of every caption has the
 * i-th noise of the seed, so columns share a style and rows a content. An image does not depend on the others.
 * @returns [captions · perCaption, imageSize, imageSize, 3]
 * @example
 * const images = await generateFromCaptions({ model, encoder, captions: ['a pink flower'], seed: 7, perCaption: 8 });
 * @throws EmbeddingDimensionError when the model expects embeddings of another length
 * @throws ConfigError when the encoder refuses a caption, or the seed is not an integer
 */
export async function generateFromCaptions(
  { model, encoder, ...request }: ModelAndEncoder & CaptionRequest,
  options?: GenerateOptions,
): Promise<ImageBatch> {
  return generateImages(model, await encodeRequests({ model, encoder }, captionRequests(request)), options);
}

/**
 * Encodes the captions of the requests. The result is for `generateImages` or `generateBatches`.
 * @throws EmbeddingDimensionError when the model expects embeddings of another length
 * @throws ConfigError when the encoder refuses a caption, or a seed is not an integer
 */
export async function encodeRequests(
  { model, encoder }: ModelAndEncoder,
  requests: readonly ImageRequest[],
): Promise<GenerateInput> {
  assertEmbeddingDim(encoder.dim, model);
  const captions = [...captionsIn(requests)];
  const { data, shape } = await encoder.encode(captions);
  const dim = shape[1];
  const embeddings = new Map(captions.map((caption, i) => [caption, data.subarray(i * dim, (i + 1) * dim)]));
  return inputFor(model, requests, embeddings);
}
