/** The sample sheet of every epoch: the same captions with the same noise, so that only the training moves it. */

import type { ImageBatch, RgbImage, TextToImageModel } from '@t2i/core';
import { assert, ConfigError, enlarge, Rng, toRgbImages } from '@t2i/core';
import { labelledGrid } from '@t2i/image-node';

const SHOWN_SIDE = 64; // smaller images are enlarged by a whole factor to at least this

export interface PreviewRow {
  readonly caption: string;
  /** Of the caption, `embeddingDim` numbers. */
  readonly embedding: Float32Array;
  /** Whether this very caption is trained on; the sheet says so where it is not. */
  readonly seen: boolean;
}

export interface PreviewOptions {
  readonly model: TextToImageModel;
  readonly rows: readonly PreviewRow[];
  /** Images per caption; each column has its own noise, shared by all rows. */
  readonly columns: number;
  readonly seed: number;
  /** Images drawn at once; bounds the memory. Default 16. */
  readonly batchSize?: number;
}

/** Draws one sheet with the model as it is now. */
export interface Preview {
  draw(): Promise<RgbImage>;
}

/** @throws ConfigError for no rows, no columns or an embedding of another length than the model takes */
export function createPreview({ model, rows, columns, seed, batchSize = 16 }: PreviewOptions): Preview {
  if (rows.length === 0 || !Number.isInteger(columns) || columns < 1) {
    throw new ConfigError(`A preview needs at least one caption and one column, got ${rows.length} and ${columns}.`);
  }
  for (const { caption, embedding } of rows) {
    if (embedding.length === model.embeddingDim) continue;
    throw new ConfigError(
      `The embedding of "${caption}" has ${embedding.length} numbers, the model takes ${model.embeddingDim}.`,
      { hint: 'Use the encoder that the model is trained with.' },
    );
  }
  const noise = new Rng(seed).normal(columns * model.noiseDim); // [columns, noiseDim]
  const cells = rows.flatMap(({ embedding }) =>
    Array.from({ length: columns }, (_, column) => ({
      embedding,
      noise: noise.subarray(column * model.noiseDim, (column + 1) * model.noiseDim),
    })),
  );
  return {
    async draw() {
      const images: RgbImage[] = [];
      for (let i = 0; i < cells.length; i += batchSize) {
        images.push(...toRgbImages(await generateCells(model, cells.slice(i, i + batchSize))));
      }
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

interface Cell {
  readonly embedding: Float32Array;
  readonly noise: Float32Array;
}

async function generateCells(model: TextToImageModel, cells: readonly Cell[]): Promise<ImageBatch> {
  const embeddings = new Float32Array(cells.length * model.embeddingDim);
  const noise = new Float32Array(cells.length * model.noiseDim);
  cells.forEach((cell, i) => {
    embeddings.set(cell.embedding, i * model.embeddingDim);
    noise.set(cell.noise, i * model.noiseDim);
  });
  const images = await model.generate({
    embeddings: { data: embeddings, shape: [cells.length, model.embeddingDim] },
    noise,
  });
  assert(images.shape[0] === cells.length, `the model drew ${images.shape[0]} images for ${cells.length} captions`);
  return images;
}
