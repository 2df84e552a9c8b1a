/** The sample sheet of every epoch. Captions and noise stay the same, so that only training changes it. */

import type { RgbImage, TextToImageModel } from '@t2i/core';
import {
  assertEmbeddingDim,
  ConfigError,
  captionNoiseGrid,
  enlarge,
  generateImages,
  seededNoise,
  toRgbImages,
} from '@t2i/core';
import { labelledGrid } from '@t2i/image-node';

const SHOWN_SIDE = 64; // smaller images are enlarged by an integer factor to at least this

export interface PreviewRow {
  readonly caption: string;
  /** Embedding of the caption, `embeddingDim` numbers. */
  readonly embedding: Float32Array;
  /** Whether training uses this caption. The sheet marks captions that it does not use. */
  readonly seen: boolean;
}

export interface PreviewOptions {
  readonly model: TextToImageModel;
  readonly rows: readonly PreviewRow[];
  /** Images per caption; each column has its own noise, shared by all rows. */
  readonly columns: number;
  readonly seed: number;
}

/** Generates one sheet with the current weights of the model. */
export interface Preview {
  generate(): Promise<RgbImage>;
}

/**
 * @throws ConfigError for no rows or no columns
 * @throws EmbeddingDimensionError when the model expects embeddings of another length
 */
export function createPreview({ model, rows, columns, seed }: PreviewOptions): Preview {
  if (rows.length === 0 || !Number.isInteger(columns) || columns < 1) {
    throw new ConfigError(`A preview needs at least one caption and one column, got ${rows.length} and ${columns}.`);
  }
  const { embeddingDim, noiseDim } = model;
  const embeddings = new Float32Array(rows.length * embeddingDim);
  rows.forEach(({ embedding }, row) => {
    assertEmbeddingDim(embedding.length, model);
    embeddings.set(embedding, row * embeddingDim);
  });
  const grid = captionNoiseGrid(
    { data: embeddings, shape: [rows.length, embeddingDim] },
    seededNoise(seed, columns, noiseDim),
    noiseDim,
  );
  return {
    async generate() {
      const images = toRgbImages(await generateImages(model, grid));
      const factor = Math.ceil(SHOWN_SIDE / model.imageSize);
      return labelledGrid(
        rows.map(({ caption, seen }, row) => ({
          caption,
          images: images.slice(row * columns, (row + 1) * columns).map((image) => enlarge(image, factor)),
          ...(seen ? {} : { note: 'not trained on' }),
        })),
      );
    },
  };
}
