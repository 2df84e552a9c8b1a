/** A model and its encoder: captions in, images out. */

import {
  assertEmbeddingDim,
  type CaptionEncoder,
  type CaptionRequest,
  captionNoiseGrid,
  encodeRequests,
  generateFromCaptions,
  generateImages,
  type ImageBatch,
  interpolateNoise,
  interpolationRequests,
  seededNoise,
  type TextToImageModel,
} from '@t2i/core';

/** The same request gives the same pixels on the same backend. */
export class TextToImage {
  readonly model: TextToImageModel;
  readonly encoder: CaptionEncoder;

  /** @throws EmbeddingDimensionError when the model expects embeddings of another length */
  constructor(model: TextToImageModel, encoder: CaptionEncoder) {
    assertEmbeddingDim(encoder.dim, model);
    this.model = model;
    this.encoder = encoder;
  }

  /** Images of captions; see `generateFromCaptions` of `@t2i/core`. */
  generate(request: CaptionRequest): Promise<ImageBatch> {
    return generateFromCaptions({ model: this.model, encoder: this.encoder, ...request });
  }

  /** `steps` images of one noise, from one caption to another (Reed et al. 2016, figure 8, left). */
  async interpolateCaptions(from: string, to: string, options: { seed: number; steps: number }): Promise<ImageBatch> {
    const requests = interpolationRequests({ from, to, ...options });
    return generateImages(this.model, await encodeRequests(this, requests));
  }

  /** `steps` images of one caption, from the noise of one seed to that of another (Reed et al. 2016, figure 8, right). */
  async interpolateNoise(
    caption: string,
    options: { fromSeed: number; toSeed: number; steps: number },
  ): Promise<ImageBatch> {
    const { noiseDim } = this.model;
    const ends = [options.fromSeed, options.toSeed].map((seed) => seededNoise(seed, 1, noiseDim));
    const noise = interpolateNoise(ends[0]!, ends[1]!, options.steps);
    return generateImages(this.model, captionNoiseGrid(await this.encoder.encode([caption]), noise, noiseDim));
  }

  /** Frees what model and encoder hold on the backend. */
  dispose(): void {
    this.model.dispose();
    this.encoder.dispose?.();
  }
}
